package im.backend.server.edge;

import im.backend.server.edge.Conversation.Phase;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads under a deadline, refuses a chunk size that is none, and hands on a large chunk in parts: the library holds a whole
 * chunk in memory before it gives out the first byte of it, and clients send what they have in memory as one chunk.
 */
final class EdgeReader extends DataReader {
    /** The largest chunk that the library gets to see. */
    private static final int CHUNK_PART_BYTES = 64 * 1024;

    private static final int LARGE_READ_BYTES = 64 * 1024;

    /** 15 digits do not overflow a long. */
    private static final int CHUNK_SIZE_DIGITS_MAX = 15;

    /** The largest frame that a client may send over a WebSocket; close code 1009 above. */
    static final int FRAME_BYTES_MAX = 64 * 1024;
    /** So long, and so much, a client may go on sending after our close. */
    private static final long LAST_WORDS_NANOS = 1_000_000_000L;

    private static final int LAST_WORDS_BYTES_MAX = 1 << 20;

    private final Source source;
    private final Conversation conversation;
    private final EdgeWriter writer;
    private boolean takingContent;
    /** What is still to be handed on of a chunk, as chunks of their own. */
    private long chunkLeft;

    private boolean framesUnseen;

    EdgeReader(DataReader inner, Conversation conversation, EdgeWriter writer) {
        this(new Source(inner, conversation, writer, new FrameHeads(FRAME_BYTES_MAX)), conversation, writer);
    }

    @SuppressWarnings("removal") // The factory that replaces this constructor can not make a subclass.
    private EdgeReader(Source source, Conversation conversation, EdgeWriter writer) {
        super(source::next);
        this.source = source;
        this.conversation = conversation;
        this.writer = writer;
    }

    /** From here on frames come. What is there already of them is looked at when the library reads it, so that it has opened. */
    void startTunnel() {
        framesUnseen = available() > 0;
    }

    @Override
    public byte read() {
        if (framesUnseen) {
            framesUnseen = false;
            source.closeAtFault(getBuffer(available()).readBytes());
        }
        return super.read();
    }

    /** In a body only chunk size lines (and the empty line after the last chunk) are read by lines. */
    @Override
    public String readLine() {
        if (conversation.phase() != Phase.BODY) {
            return super.readLine();
        }
        if (chunkLeft > 0) {
            return nextPart();
        }
        String line = bodyLine();
        String size = withoutExtension(line);
        if (size.isEmpty()) {
            return size;
        }
        if (!isChunkSize(size)) {
            throw writer.refuse(Refusal.BAD_FRAMING);
        }
        chunkLeft = Long.parseLong(size, 16);
        return nextPart();
    }

    private String nextPart() {
        long part = Math.min(chunkLeft, CHUNK_PART_BYTES);
        chunkLeft -= part;
        return Long.toHexString(part);
    }

    @Override
    public BufferData readBuffer() {
        takingContent = true;
        try {
            return super.readBuffer();
        } finally {
            takingContent = false;
        }
    }

    @Override
    public BufferData readBuffer(int length) {
        takingContent = true;
        try {
            return super.readBuffer(length);
        } finally {
            takingContent = false;
        }
    }

    /** The library skips whatever two bytes follow a chunk; two readers would disagree on where the next chunk starts. */
    @Override
    public void skip(int bytes) {
        if (bytes == 2 && !takingContent && conversation.phase() == Phase.BODY) {
            if (chunkLeft > 0) {
                // No line ends here: the library is between two parts of one chunk.
                return;
            }
            if (!startsWithNewLine()) {
                throw writer.refuse(Refusal.BAD_FRAMING);
            }
        }
        super.skip(bytes);
    }

    private String bodyLine() {
        try {
            return super.readLine();
        } catch (IncorrectNewLineException e) {
            throw writer.refuse(Refusal.BAD_FRAMING);
        }
    }

    /** Chunk extensions are legal (RFC 9112 section 7.1.1) and mean nothing to us; the library does not know them. */
    private static String withoutExtension(String line) {
        int semicolon = line.indexOf(';');
        return semicolon < 0 ? line : line.substring(0, semicolon).stripTrailing();
    }

    private static boolean isChunkSize(String text) {
        return text.length() <= CHUNK_SIZE_DIGITS_MAX && text.chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    /** Where the bytes come from: first what the library read to find the protocol, then the socket. */
    private record Source(DataReader inner, Conversation conversation, EdgeWriter writer, FrameHeads frames) {
        byte @Nullable [] next() {
            if (writer.refused()) {
                throw new CloseConnectionException("refused before");
            }
            if (conversation.headIsTooLarge()) {
                throw writer.refuse(Refusal.HEADERS_TOO_LARGE);
            }
            long awaitedFrom = conversation.await();
            byte[] bytes = read();
            conversation.received(bytes.length, awaitedFrom);
            if (conversation.phase() == Phase.TUNNEL) {
                closeAtFault(bytes);
            }
            return bytes;
        }

        void closeAtFault(byte[] arrived) {
            int code = frames.read(arrived);
            if (code != FrameHeads.FINE) {
                writer.endTunnel(code);
                dropRest();
                throw new CloseConnectionException("websocket frame refused: " + code);
            }
        }

        /** What lies unread when a socket is closed makes the system take back what the client has not read yet: our close. */
        private void dropRest() {
            conversation.socket().readUntil(System.nanoTime() + LAST_WORDS_NANOS);
            try {
                for (int dropped = 0; dropped < LAST_WORDS_BYTES_MAX; ) {
                    inner.ensureAvailable();
                    dropped += inner.readBytes(inner.available()).length;
                }
            } catch (InsufficientDataAvailableException | CloseConnectionException clientHungUp) {
                // As it should, once it has read our close.
            }
        }

        private byte[] read() {
            try {
                return conversation.receivesLargeBody() ? readLarge() : readSome();
            } catch (InsufficientDataAvailableException | CloseConnectionException ended) {
                if (conversation.phase() == Phase.IDLE) {
                    // No request, no answer: the client could take it for the answer to its next one.
                    throw ended;
                }
                if (conversation.socket().expired()) {
                    throw writer.refuse(Refusal.REQUEST_TIMEOUT);
                }
                if (conversation.phase() == Phase.BODY) {
                    throw writer.refuse(Refusal.BAD_FRAMING);
                }
                throw ended;
            }
        }

        private byte[] readSome() {
            inner.ensureAvailable();
            return inner.readBytes(inner.available());
        }

        /** Past the library's socket, which reads 8 KiB at a time. It keeps nothing back, and neither does {@code inner}. */
        private byte[] readLarge() {
            try {
                byte[] bytes = conversation.socket().read(LARGE_READ_BYTES);
                if (bytes.length == 0) {
                    throw new InsufficientDataAvailableException();
                }
                return bytes;
            } catch (IOException broken) {
                throw new CloseConnectionException("the connection broke", broken);
            }
        }
    }
}
