package im.backend.source.git.http;

import java.time.Duration;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.BlobObjectChecker;
import org.eclipse.jgit.lib.ObjectChecker;
import org.jspecify.annotations.Nullable;

/**
 * Checks each object of a push as fsck does, and what they cost together: a pack of a few kilobytes can inflate to
 * terabytes through deltas of deltas. What old tools wrote a little wrong and harmless is let pass, as big hosts do.
 */
final class PushChecker extends ObjectChecker {
    private final long inflatedBytesMax;
    private final Duration timeMax;
    private final long beginNanos = System.nanoTime();
    private long inflatedBytes;

    PushChecker(PushLimits limits) {
        this.inflatedBytesMax = limits.inflatedBytesMax();
        this.timeMax = limits.receiveTimeMax();
        setSafeForMacOS(true);
        setAllowLeadingZeroFileMode(true);
        setAllowInvalidPersonIdent(true);
    }

    @Override
    public void check(@Nullable AnyObjectId id, int type, byte[] content) throws CorruptObjectException {
        count(content.length);
        super.check(id, type, content);
    }

    @Override
    public BlobObjectChecker newBlobObjectChecker() {
        return new BlobObjectChecker() {
            @Override
            public void update(byte[] content, int offset, int length) {
                count(length);
            }

            @Override
            public void endBlob(AnyObjectId id) {
                // Any content is a good blob.
            }
        };
    }

    private void count(long bytes) {
        inflatedBytes += bytes;
        if (inflatedBytes > inflatedBytesMax) {
            throw new PushTooLargeException("pack too large: its objects are over " + inflatedBytesMax + " bytes");
        }
        if (System.nanoTime() - beginNanos > timeMax.toNanos()) {
            throw new PushTooLargeException("push took longer than " + timeMax.toSeconds() + " s");
        }
    }
}
