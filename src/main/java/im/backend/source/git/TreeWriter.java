package im.backend.source.git;

import im.backend.domain.SourceTree;
import im.backend.source.TreeSink;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** Turns the files of an upload into blobs as they arrive, and then into trees; there is never a work tree. */
final class TreeWriter implements TreeSink {
    /** Up to here a blob is hashed in memory, so that one which is there already costs no disk. */
    private static final int IN_MEMORY_BYTES_MAX = 2 << 20;

    private final ObjectInserter inserter;
    private final Path spoolFolder;
    private final DirCache index = DirCache.newInCore();
    private final DirCacheBuilder entries = index.builder();

    /** @param spoolFolder where a big file is put until its name is known; swept at start */
    TreeWriter(ObjectInserter inserter, Path spoolFolder) {
        this.inserter = inserter;
        this.spoolFolder = spoolFolder;
    }

    @Override
    public void put(String path, boolean executable, long sizeBytes, InputStream content) throws IOException {
        ObjectId blob = sizeBytes <= IN_MEMORY_BYTES_MAX
                ? inserter.insert(Constants.OBJ_BLOB, content.readNBytes((int) sizeBytes))
                : insertBig(sizeBytes, content);
        add(path, executable, blob);
    }

    @Override
    public void keep(SourceTree.Entry entry) {
        add(entry.path(), entry.executable(), ObjectId.fromString(entry.blob()));
    }

    ObjectId writeTree() throws IOException {
        entries.finish();
        return index.writeTree(inserter);
    }

    /** PackInserter would write a stream again on each upload; so its name comes first, from a file. */
    private ObjectId insertBig(long sizeBytes, InputStream content) throws IOException {
        Path spool = Files.createTempFile(spoolFolder, "spool_", ".blob");
        try {
            Files.copy(content, spool, StandardCopyOption.REPLACE_EXISTING);
            ObjectId blob;
            try (InputStream in = new BufferedInputStream(Files.newInputStream(spool))) {
                blob = inserter.idFor(Constants.OBJ_BLOB, sizeBytes, in);
            }
            try (var reader = inserter.newReader();
                    InputStream in = Files.newInputStream(spool)) {
                return reader.has(blob) ? blob : inserter.insert(Constants.OBJ_BLOB, sizeBytes, in);
            }
        } finally {
            Files.delete(spool);
        }
    }

    private void add(String path, boolean executable, ObjectId blob) {
        DirCacheEntry entry = new DirCacheEntry(path);
        entry.setFileMode(executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE);
        entry.setObjectId(blob);
        entries.add(entry);
    }
}
