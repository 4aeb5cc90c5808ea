package im.backend.source;

import im.backend.domain.SourceTree;
import java.io.IOException;
import java.io.InputStream;

/** Takes the files of an upload, each checked and in the order they came. */
public interface TreeSink {
    /**
     * A new or changed file.
     *
     * @param content exactly {@code sizeBytes}; fails with a problem, so an IOException is always the sink's own
     */
    void put(String path, boolean executable, long sizeBytes, InputStream content) throws IOException;

    /** An edit leaves this file of its parent as it is. */
    void keep(SourceTree.Entry entry) throws IOException;
}
