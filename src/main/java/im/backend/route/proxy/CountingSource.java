package im.backend.route.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/** Counts what a client sends. */
final class CountingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private long bytes;

    CountingSource(StreamSourceConduit next) {
        super(next);
    }

    long bytes() {
        return bytes;
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

    private long counted(long read) {
        if (read > 0) {
            bytes += read;
        }
        return read;
    }
}
