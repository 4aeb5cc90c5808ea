package im.backend.registry.disk.shelf;

import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.StoredBlob;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Where the bytes of blobs and manifests stand: which there are, how long ago each was given or wanted, and what is in it.
 * A digest that is unknown is a NoSuchFileException.
 */
public sealed interface Shelf permits DiskShelf, DepotShelf {
    void start() throws IOException;

    boolean has(Digest digest);

    long sizeBytes(Digest digest) throws IOException;

    default long sizeOrZero(Digest digest) throws IOException {
        try {
            return sizeBytes(digest);
        } catch (NoSuchFileException collected) {
            return 0;
        }
    }

    Instant wantedAt(Digest digest) throws IOException;

    /** It is young again. */
    void touch(Digest digest) throws IOException;

    /** As {@link #touch}, and the next sync answers for its name. */
    void renew(Digest digest) throws IOException;

    /** To be closed by the caller; it stays readable when the blob is collected meanwhile. */
    SeekableByteChannel open(Digest digest) throws IOException;

    byte[] read(Digest digest) throws IOException;

    /**
     * Brings a forced and verified file to where it outlives this machine, if there is such a place. That may take long: to
     * be called without locks, and to be closed after {@link Delivery#place}.
     */
    Delivery deliver(StoredBlob blob, Path verified) throws IOException;

    /** What was delivered, and is not yet known. */
    interface Delivery extends AutoCloseable {
        /** The blob is known from now on, and young; one that is there stays. Fast: under the locks of who links it. */
        void place() throws IOException;

        @Override
        void close();
    }

    /** All that are known, in parts. */
    List<RepositoryTree.Shard> shards() throws IOException;

    /** For one group of a collection; to be opened before its lock and closed after it. */
    Clearing clear();

    /** Takes blobs away. */
    interface Clearing extends AutoCloseable {
        /** Fast: under the lock. False when it is being delivered right now, and stays. */
        boolean remove(Digest digest) throws IOException;

        @Override
        void close();
    }

    /** Removes bytes that were stored before then and are not known, as a crash leaves them. */
    Strays sweep(Instant before, Extent extent);

    /** What was swept. */
    record Strays(int blobs, long bytes) {
        static final Strays NONE = new Strays(0, 0);
    }
}
