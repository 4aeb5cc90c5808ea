package im.backend.domain;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The files of one commit, read from the object store and never from a checkout. Safe for several threads. */
public interface SourceTree {
    /** @param blob hex name of the content, equal for equal bytes */
    record Entry(String path, long sizeBytes, boolean executable, String blob) {}

    CommitHash commit();

    /** When the commit was made; an image carries it as the time of its making, so that it is the same whenever it is built. */
    Instant committedAt();

    /** Name of the tree object: equal for equal content, whatever the commit's message or time. */
    String treeHash();

    /** All files, sorted by path; regular files only. */
    List<Entry> entries();

    /** Content of one file; empty when there is none of that name. Fails when it is larger than {@code bytesMax}. */
    Optional<byte[]> read(String path, int bytesMax);

    /** Writes one file's content to {@code target}, which must not exist; its folder must. */
    void copy(Entry entry, Path target);
}
