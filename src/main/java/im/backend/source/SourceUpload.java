package im.backend.source;

import im.backend.domain.CommitHash;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** What a caller hands in. The same files give the same tree and commit, whichever way they came. */
public sealed interface SourceUpload {
    /** Files that replace or join those of the archive, as the {@code config} part of a deployment does. */
    record File(String path, byte[] content, boolean executable) {}

    /** A gzipped tar, streamed once; limits are kept while reading. */
    record Archive(InputStream tarGz, List<File> overlay) implements SourceUpload {}

    /** The JSON file map of seed 004. */
    record FileMap(List<File> files) implements SourceUpload {}

    /**
     * Single files put or removed on top of a commit, as an editor saves them.
     *
     * @param parent the commit that the editor saw; anything else there now is a {@code commit-conflict}
     */
    record Edit(Optional<CommitHash> parent, List<File> puts, List<String> deletes) implements SourceUpload {}
}
