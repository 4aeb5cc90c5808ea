package im.backend.route.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/** Counts what a client sends, and breaks off when it is more than allowed. */
final class CountingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private final ByteBuffer ahead = ByteBuffer.allocate(1).limit(0);
    private long bytes;
    private long allowed = Long.MAX_VALUE;

    CountingSource(StreamSourceConduit next) {
        super(next);
    }

    long bytes() {
        return bytes;
    }

    /** So many more from here on. */
    void allow(long more) {
        allowed = bytes + more;
    }

    void allowAll() {
        allowed = Long.MAX_VALUE;
    }

    boolean isExceeded() {
        return bytes > allowed;
    }

    /**
     * Whether the client hung up, while nothing is expected of it. To learn that, one byte of what it may have sent ahead is
     * taken in and handed out by the next read. A client that only ends its output counts as gone, as with other proxies.
     */
    boolean hasEnded() {
        if (ahead.hasRemaining() || isReadResumed()) {
            return false;
        }
        ahead.clear();
        try {
            boolean ended = next.read(ahead) < 0;
            ahead.flip();
            return ended;
        } catch (IOException broken) {
            ahead.flip();
            return true;
        }
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        return Math.toIntExact(counted(handOut(buffer) ? 1 : next.read(buffer)));
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
        for (int i = offset; ahead.hasRemaining() && i < offset + length; i++) {
            if (handOut(buffers[i])) {
                return counted(1);
            }
        }
        return counted(next.read(buffers, offset, length));
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return counted(ahead.hasRemaining() ? target.write(ahead, position) : next.transferTo(position, count, target));
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        throughBuffer.clear();
        if (handOut(throughBuffer)) {
            throughBuffer.flip();
            counted(1);
            return target.write(throughBuffer);
        }
        return counted(next.transferTo(count, throughBuffer, target));
    }

    /** The byte that was taken in does not make the socket readable again. */
    @Override
    public void resumeReads() {
        if (ahead.hasRemaining()) {
            next.wakeupReads();
        } else {
            next.resumeReads();
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        if (!ahead.hasRemaining()) {
            next.awaitReadable();
        }
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        if (!ahead.hasRemaining()) {
            next.awaitReadable(time, unit);
        }
    }

    private boolean handOut(ByteBuffer buffer) {
        if (ahead.hasRemaining() && buffer.hasRemaining()) {
            buffer.put(ahead.get());
            return true;
        }
        return false;
    }

    private long counted(long read) throws IOException {
        if (read > 0) {
            bytes += read;
            if (isExceeded()) {
                throw new IOException("more bytes than the body may have");
            }
        }
        return read;
    }
}
