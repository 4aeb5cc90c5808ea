package im.backend.server.edge;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes under a deadline, and says the last word: after a refusal nothing more goes out, whatever the layers above try to say
 * about the exception that ended their read.
 */
final class EdgeWriter implements DataWriter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final int LARGE_BYTES = 16 * 1024;

    private final DataWriter inner;
    private final Conversation conversation;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile boolean refused;
    private boolean tunnelEnded;

    EdgeWriter(DataWriter inner, Conversation conversation) {
        this.inner = inner;
        this.conversation = conversation;
    }

    boolean refused() {
        return refused;
    }

    /** Answers, unless a reply has begun, and gives the exception that ends the connection. */
    CloseConnectionException refuse(Refusal refusal) {
        if (!refused) {
            if (!conversation.replyStarted()) {
                writeNow(BufferData.create(refusal.answer()));
                flush();
            }
            refused = true;
        }
        return new CloseConnectionException("refused: " + refusal);
    }

    /** Says the last frame of a WebSocket, whole and after whatever is being sent. */
    void endTunnel(int closeCode) {
        writing.lock();
        try {
            writeNow(BufferData.create(
                    new byte[] {(byte) 0x88, Short.BYTES, (byte) (closeCode >> Byte.SIZE), (byte) closeCode}));
            flush();
            tunnelEnded = true;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void write(BufferData... buffers) {
        guarded(available(buffers), () -> inner.write(buffers));
    }

    @Override
    public void write(BufferData buffer) {
        guarded(buffer.available(), () -> send(buffer));
    }

    /** The library's socket writes in pieces of 8 KiB; what is larger goes past it, since it keeps nothing back. */
    private void send(BufferData buffer) {
        if (buffer.available() < LARGE_BYTES) {
            inner.write(buffer);
        } else {
            conversation.socket().write(buffer);
        }
    }

    @Override
    public void writeNow(BufferData... buffers) {
        guarded(available(buffers), () -> inner.writeNow(buffers));
    }

    @Override
    public void writeNow(BufferData buffer) {
        guarded(buffer.available(), () -> inner.writeNow(buffer));
    }

    @Override
    public void flush() {
        inner.flush();
    }

    @Override
    public void close() {
        inner.close();
    }

    /** One write at a time: a WebSocket's messages and its close come from two threads. */
    private void guarded(long bytes, Runnable write) {
        writing.lock();
        try {
            if (tunnelEnded) {
                // Whoever still sends learns that nobody is told any more.
                throw new CloseConnectionException("the websocket is closed");
            }
            if (refused) {
                return;
            }
            EdgeLimits.Reply reply = conversation.limits().reply();
            conversation
                    .socket()
                    .writeUntil(System.nanoTime()
                            + reply.grace().toNanos()
                            + bytes * NANOS_PER_SECOND / reply.bytesPerSecondMin());
            try {
                write.run();
            } finally {
                conversation.socket().writeDone();
            }
        } finally {
            writing.unlock();
        }
    }

    private static long available(BufferData[] buffers) {
        long bytes = 0;
        for (BufferData buffer : buffers) {
            bytes += buffer.available();
        }
        return bytes;
    }
}
