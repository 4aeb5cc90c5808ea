package im.backend.registry;

import im.backend.domain.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Bytes under keys on another machine. A key is a path of lower-case letters, digits and {@code . _ - /}. What a put has
 * stored is durable when it returns, and seen by each read after it. Safe for several threads.
 *
 * <p>Every method waits and tries again for a while when the store does not answer, and then fails with Unavailable
 * {@code object-store-unavailable}; with Unavailable {@code object-store-refused} when it answers and does not let this
 * server in: the reason is in the log, and {@link #check} tells it.
 */
public interface ObjectStore {
    /** Address, bucket and prefix, for people. */
    String place();

    /**
     * Asks the store for a list. Fails as the other methods do, but for whoever runs the server: with the reason and what
     * to do in the detail, and with Conflict {@code object-store-refused} when it does not let this server in.
     */
    void check();

    /**
     * Stores the file whole, or nothing.
     *
     * @param digest of the file, which the store is given to compare with what comes
     */
    void put(String key, Path file, Digest digest);

    void put(String key, byte[] content);

    /**
     * Not verified.
     *
     * @param length at least 1; the object may end before
     * @return empty when there is no such object
     */
    Optional<byte[]> read(String key, long from, int length);

    /** Nothing happens when there is none. */
    void delete(String key);

    /** All whose keys begin so, in the order of the keys. */
    List<StoredObject> list(String prefix);

    /** Removes what puts that were cut off have left behind where nobody sees it, but what is younger than a day. */
    void tidy();
}
