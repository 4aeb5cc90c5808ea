package im.backend.wire.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * {@code POST /v1/deployments} as JSON (seed 000): for small sources; large ones are sent as multipart.
 *
 * @param source a tar.gz archive in base64
 * @param config backend.yml as text, or its content as an object
 * @param project id or name; else the name in the config
 */
public record ArchiveDeployRequest(
        String source, Optional<JsonNode> config, Optional<String> project, Optional<String> message) {}
