package im.backend.route.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/** Counts what a client sends, and breaks off when it is more than allowed. */
final class CountingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
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

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        return Math.toIntExact(counted(next.read(buffer)));
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return counted(next.read(buffers, offset, length));
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return counted(next.transferTo(position, count, target));
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return counted(next.transferTo(count, throughBuffer, target));
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
