package im.backend.registry;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Blobs that come in parts, over several requests and across restarts of the server. */
public interface Uploads {
    /**
     * Fails with RateLimited when this user has too many open, and with StorageFull when the disk has little room.
     *
     * @param algorithm that the blob's digest is expected to have; another one costs a second reading
     */
    Upload start(RepositoryName repository, UserName by, Digest.Algorithm algorithm);

    /** Empty when there is none of that id, in that repository, of that user. */
    Optional<Upload> find(RepositoryName repository, UserName by, String id);

    /** One blob on its way in. It is used by one request at a time: others fail with Conflict {@code blob-upload-invalid}. */
    interface Upload {
        String id();

        /** Bytes that are there: the next one goes to this position. */
        long sizeBytes();

        /** Fails as {@link #append} would when so many bytes more came: to refuse them before they are sent. */
        void requireRoom(long moreBytes);

        /**
         * Appends all that comes. What came before a failure stays, and the client goes on from {@link #sizeBytes}.
         * Fails with TooLarge {@code size-invalid} and Forbidden {@code denied} (quota).
         */
        void append(InputStream in) throws IOException;

        /**
         * Makes it a blob of the repository, durable when this returns, and ends the upload. Fails with Malformed
         * {@code digest-invalid} when the bytes are others; then the upload is gone too.
         */
        StoredBlob finish(Digest expected);

        void cancel();
    }
}
