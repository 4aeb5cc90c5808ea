package im.backend.wire.source;

import java.util.List;

/** The files of a commit, sorted by path. */
public record FilesReply(String projectId, String commit, List<FileBody> files) {
    public FilesReply {
        files = List.copyOf(files);
    }
}
