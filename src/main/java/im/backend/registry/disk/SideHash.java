package im.backend.registry.disk;

import java.security.MessageDigest;
import java.util.concurrent.Semaphore;

/**
 * Hashes one buffer while its owner fills the other: of the time that a large upload takes on one core, a third is the hash.
 * Used by one thread at a time; what was given to it is in the hash when {@link #close} returns.
 */
final class SideHash implements AutoCloseable {
    private final MessageDigest hash;
    private final Semaphore idle = new Semaphore(1);
    private byte[] filling;
    private byte[] hashing;

    SideHash(MessageDigest hash, int bufferBytes) {
        this.hash = hash;
        this.filling = new byte[bufferBytes];
        this.hashing = new byte[bufferBytes];
    }

    /** To be filled; another one after each {@link #update}. */
    byte[] buffer() {
        return filling;
    }

    /** Takes the first {@code length} bytes of {@link #buffer}. */
    void update(int length) {
        idle.acquireUninterruptibly();
        byte[] filled = filling;
        filling = hashing;
        hashing = filled;
        Thread.startVirtualThread(() -> {
            try {
                hash.update(filled, 0, length);
            } finally {
                idle.release();
            }
        });
    }

    @Override
    public void close() {
        idle.acquireUninterruptibly();
    }
}
