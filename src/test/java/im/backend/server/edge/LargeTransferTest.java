package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large bodies go past the library's buffers of 8 KiB, both ways. */
final class LargeTransferTest {
    private static final int LIBRARY_BUFFER_BYTES = 8 * 1024;
    private static final int BODY_BYTES = 1 << 20;

    private final byte[] body = new byte[BODY_BYTES];
    private SocketChannel client;
    private SocketChannel accepted;
    private Conversation conversation;
    private int libraryReads;
    private int libraryWrites;

    @BeforeEach
    void connect() throws IOException {
        new Random(20261122).nextBytes(body);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(server.getLocalAddress());
            accepted = server.accept();
        }
        conversation = new Conversation(
                new EdgeSocket(accepted, (InetSocketAddress) accepted.getRemoteAddress()), EdgeLimits.defaults());
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        accepted.close();
    }

    @Test
    void aLargeReplyIsWrittenWhole() throws Exception {
        ByteBuffer received = ByteBuffer.allocate(2 + BODY_BYTES);
        Thread reading = Thread.startVirtualThread(() -> readInto(received));
        EdgeWriter writer = new EdgeWriter(new LibraryWriter(), conversation);

        writer.write(BufferData.create(new byte[] {1, 2}));
        writer.write(BufferData.create(body));
        accepted.shutdownOutput();
        reading.join();

        assertThat(libraryWrites).isEqualTo(1);
        assertThat(received.array()).startsWith(1, 2).endsWith(body);
    }

    @Test
    void theRestOfALargeBodyIsReadInLargePieces() throws Exception {
        Thread writing = Thread.startVirtualThread(() -> writeAll(client, ByteBuffer.wrap(body)));
        EdgeWriter writer = new EdgeWriter(new LibraryWriter(), conversation);
        EdgeReader reader = new EdgeReader(DataReader.create(this::libraryRead), conversation, writer);
        conversation.startBody(0);

        byte[] read = reader.readBuffer(BODY_BYTES).readBytes();
        writing.join();

        assertThat(read).isEqualTo(body);
        assertThat(libraryReads * LIBRARY_BUFFER_BYTES).isLessThanOrEqualTo(64 * 1024);
    }

    private byte[] libraryRead() {
        libraryReads++;
        ByteBuffer buffer = ByteBuffer.allocate(LIBRARY_BUFFER_BYTES);
        try {
            int read = accepted.read(buffer);
            return Arrays.copyOf(buffer.array(), read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readInto(ByteBuffer received) {
        try {
            while (client.read(received) > 0) {
                // until all of it is there
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeAll(SocketChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class LibraryWriter implements DataWriter {
        @Override
        public void write(BufferData... buffers) {
            Arrays.stream(buffers).forEach(this::write);
        }

        @Override
        public void write(BufferData buffer) {
            libraryWrites++;
            writeAll(accepted, ByteBuffer.wrap(buffer.readBytes()));
        }

        @Override
        public void writeNow(BufferData... buffers) {
            write(buffers);
        }

        @Override
        public void writeNow(BufferData buffer) {
            write(buffer);
        }
    }
}
