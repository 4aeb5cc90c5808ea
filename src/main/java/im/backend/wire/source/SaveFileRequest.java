package im.backend.wire.source;

import java.util.Optional;

/**
 * {@code PUT /v1/projects/{project}/files/{path}}.
 *
 * @param parent the commit that the editor saw, so that nobody else's change is overwritten
 */
public record SaveFileRequest(
        String content,
        Optional<FileContent.Encoding> encoding,
        Optional<Boolean> executable,
        Optional<String> parent,
        Optional<String> message) {}
