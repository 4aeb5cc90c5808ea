package im.backend.server.edge;

import io.helidon.common.buffers.BufferData;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * A connection and its deadlines. The connection's own thread sets them before it blocks; the watcher ends what is past. It
 * closes only the reading half, so that the blocked thread wakes up with the end of the stream and can say 408 itself; should
 * that not end the connection, the channel is closed a little later.
 */
final class EdgeSocket {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long TIME_TO_ANSWER_NANOS = 2_000_000_000L;

    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private volatile long readDeadline = NEVER;
    private volatile long writeDeadline = NEVER;
    private volatile boolean taken;
    private volatile boolean expired;

    EdgeSocket(SocketChannel channel, InetSocketAddress remote) {
        this.channel = channel;
        this.remote = remote;
    }

    InetSocketAddress remote() {
        return remote;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Waits for bytes and gives as many as there are, up to {@code bytesMax}; none at the end of the stream. */
    byte[] read(int bytesMax) throws IOException {
        byte[] bytes = new byte[bytesMax];
        int read = channel.read(ByteBuffer.wrap(bytes));
        return read == bytesMax ? bytes : Arrays.copyOf(bytes, Math.max(0, read));
    }

    /** Writes all of it. */
    void write(BufferData buffer) {
        buffer.writeTo(Channels.newOutputStream(channel));
    }

    /** From here on a thread reads requests from it and answers for itself. */
    void take() {
        taken = true;
        readDeadline = NEVER;
    }

    /** {@code deadline} is a value of {@link System#nanoTime}. */
    void readUntil(long deadline) {
        readDeadline = deadline;
    }

    void readDone() {
        if (!expired) {
            readDeadline = NEVER;
        }
    }

    void writeUntil(long deadline) {
        writeDeadline = deadline;
    }

    void writeDone() {
        writeDeadline = NEVER;
    }

    /** The read deadline passed; the stream's end is our doing, not the client's. */
    boolean expired() {
        return expired;
    }

    void endIfPast(long now) throws IOException {
        if (isPast(writeDeadline, now) || expired && isPast(readDeadline, now)) {
            channel.close();
        } else if (isPast(readDeadline, now)) {
            expired = true;
            readDeadline = now + TIME_TO_ANSWER_NANOS;
            if (taken) {
                channel.shutdownInput();
            } else {
                // Nothing was ever written to it, so this small write can not block the watcher.
                channel.write(ByteBuffer.wrap(Refusal.REQUEST_TIMEOUT.answer()));
                channel.close();
            }
        }
    }

    private static boolean isPast(long deadline, long now) {
        return deadline != NEVER && now - deadline >= 0;
    }
}
