package im.backend.server.edge;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;

/**
 * Writes under a deadline, and says the last word: after a refusal nothing more goes out, whatever the layers above try to say
 * about the exception that ended their read.
 */
final class EdgeWriter implements DataWriter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final DataWriter inner;
    private final Conversation conversation;
    private volatile boolean refused;

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

    @Override
    public void write(BufferData... buffers) {
        if (refused) {
            return;
        }
        begin(available(buffers));
        try {
            inner.write(buffers);
        } finally {
            end();
        }
    }

    @Override
    public void write(BufferData buffer) {
        if (refused) {
            return;
        }
        begin(buffer.available());
        try {
            inner.write(buffer);
        } finally {
            end();
        }
    }

    @Override
    public void writeNow(BufferData... buffers) {
        if (refused) {
            return;
        }
        begin(available(buffers));
        try {
            inner.writeNow(buffers);
        } finally {
            end();
        }
    }

    @Override
    public void writeNow(BufferData buffer) {
        if (refused) {
            return;
        }
        begin(buffer.available());
        try {
            inner.writeNow(buffer);
        } finally {
            end();
        }
    }

    @Override
    public void flush() {
        inner.flush();
    }

    @Override
    public void close() {
        inner.close();
    }

    private void begin(long bytes) {
        EdgeLimits.Reply reply = conversation.limits().reply();
        conversation
                .socket()
                .writeUntil(System.nanoTime()
                        + reply.grace().toNanos()
                        + bytes * NANOS_PER_SECOND / reply.bytesPerSecondMin());
    }

    private void end() {
        conversation.socket().writeDone();
    }

    private static long available(BufferData[] buffers) {
        long bytes = 0;
        for (BufferData buffer : buffers) {
            bytes += buffer.available();
        }
        return bytes;
    }
}
