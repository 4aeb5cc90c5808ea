package im.backend.route.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** Counts what a client takes. */
final class CountingSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private long bytes;

    CountingSink(StreamSinkConduit next) {
        super(next);
    }

    long bytes() {
        return bytes;
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        return Math.toIntExact(counted(next.write(buffer)));
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return counted(next.write(buffers, offset, length));
    }

    @Override
    public int writeFinal(ByteBuffer buffer) throws IOException {
        return Math.toIntExact(counted(next.writeFinal(buffer)));
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return counted(next.writeFinal(buffers, offset, length));
    }

    @Override
    public long transferFrom(FileChannel source, long position, long count) throws IOException {
        return counted(next.transferFrom(source, position, count));
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        return counted(next.transferFrom(source, count, throughBuffer));
    }

    private long counted(long written) {
        if (written > 0) {
            bytes += written;
        }
        return written;
    }
}
