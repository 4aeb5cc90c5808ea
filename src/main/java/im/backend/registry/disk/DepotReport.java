package im.backend.registry.disk;

import java.util.Optional;

/**
 * How the store of the blobs is.
 *
 * @param failure why it can not be used now, and what to do; empty when it answers
 * @param waitingBlobs that are only on this disk yet
 * @param waitingRepositories whose tags it does not have as they are here
 * @param cacheBytes of copies on this disk
 */
public record DepotReport(
        String place,
        Optional<String> failure,
        int waitingBlobs,
        int waitingRepositories,
        long cacheBytes,
        long cacheBytesMax) {}
