package im.backend.registry;

import im.backend.domain.Digest;
import java.nio.channels.SeekableByteChannel;
import java.util.OptionalLong;

/**
 * Content under its digest. The bytes are there once for all repositories; who may read them is decided by the
 * repositories that hold them, so that nobody reads another's layer by knowing its digest. Whoever calls the methods without a
 * repository has judged that before. Safe for several threads; failures of the disk are Problems (StorageFull) or
 * UncheckedIOExceptions.
 */
public interface BlobStore {
    /** Size in bytes; empty when no repository ever had it or it was collected. */
    OptionalLong size(Digest digest);

    /** To be closed by the caller; it stays readable when the blob is collected meanwhile. Fails with NotFound {@code blob-unknown}. */
    SeekableByteChannel open(Digest digest);

    /**
     * Stores what {@code content} writes, hashed (sha256) as it is written, and links it to the repository. Bytes that are
     * there already are kept as they are. Whole or not there at all; it survives a power cut after {@link #sync}.
     * Fails with TooLarge {@code size-invalid} beyond the limit for a blob and Forbidden {@code denied} beyond the quota.
     */
    StoredBlob write(RepositoryName repository, BlobContent content);

    /** The repository holds that blob from now on, and it counts as young; false when there is no such blob. As durable as {@link #write}. */
    boolean link(RepositoryName repository, Digest digest);

    /** Whether the repository holds the blob. */
    boolean holds(RepositoryName repository, Digest digest);

    /** The repository's blob counts as young, when it is near the age at which it could be collected. */
    void renew(RepositoryName repository, Digest digest);

    /** The repository lets go of the blob, at once; the bytes go with the next collection when nobody else holds them. False when it held none. */
    boolean unlink(RepositoryName repository, Digest digest);

    /** Returns when all that was written and linked before survives a power cut; once after several writes. */
    void sync();
}
