package im.backend.wire.server;

/**
 * What went, or with {@code dryRun} what would.
 *
 * @param links blobs that a repository lets go of and others may hold
 * @param bytes of the blobs
 * @param uploads that were given up
 */
public record CollectReply(
        boolean dryRun, int manifests, int links, int blobs, long bytes, int uploads, int repositories) {}
