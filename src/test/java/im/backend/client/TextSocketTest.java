package im.backend.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The frames of RFC 6455 that a server may send, byte by byte. */
class TextSocketTest {
    /** What the other side does once hands are shaken; the answer is what the client sent it. */
    @FunctionalInterface
    private interface Script {
        byte[] play(DataInputStream in, OutputStream out) throws IOException;
    }

    @Test
    void fragmentsBecomeOneMessageAndAPingBetweenThemIsAnswered() throws Exception {
        byte[] large = "é".repeat(40_000).getBytes(StandardCharsets.UTF_8);

        try (ServerSocket listener = listener()) {
            CompletableFuture<byte[]> pong = serve(listener, (in, out) -> {
                out.write(frame(0x01, "one ".getBytes(StandardCharsets.UTF_8)));
                out.write(frame(0x89, "are you there".getBytes(StandardCharsets.UTF_8)));
                out.write(frame(0x80, "message".getBytes(StandardCharsets.UTF_8)));
                out.write(frame(0x81, large));
                byte[] answer = in.readNBytes(6 + "are you there".length());
                out.write(frame(0x88, new byte[] {3, (byte) 0xe8}));
                return answer;
            });
            try (TextSocket socket = open(listener)) {
                assertThat(socket.read()).contains("one message");
                assertThat(socket.read().orElseThrow()).hasSize(40_000);
                assertThat(socket.read()).isEmpty();
            }

            byte[] sent = pong.get();
            assertThat(sent[0]).isEqualTo((byte) 0x8a);
            assertThat(sent[1] & 0x80)
                    .as("masked, as RFC 6455 5.3 demands of a client")
                    .isNotZero();
            assertThat(unmasked(sent)).isEqualTo("are you there");
        }
    }

    @Test
    void aMaskedFrameAndOneThatIsTooLargeAreRefused() throws Exception {
        for (byte[] bad :
                new byte[][] {{(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'}, {(byte) 0x81, 127, 0, 0, 0, 9, 0, 0, 0, 0}
                }) {
            try (ServerSocket listener = listener()) {
                CompletableFuture<byte[]> served = serve(listener, (in, out) -> {
                    out.write(bad);
                    return new byte[0];
                });
                try (TextSocket socket = open(listener)) {
                    assertThatThrownBy(socket::read)
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("masked or over");
                }
                served.get();
            }
        }
    }

    @Test
    void aRefusalGivesItsStatusAndBody() throws Exception {
        try (ServerSocket listener = listener()) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket socket = listener.accept()) {
                    head(new DataInputStream(socket.getInputStream()));
                    socket.getOutputStream()
                            .write("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
                                    .getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThatThrownBy(() -> open(listener)).isInstanceOfSatisfying(TextSocket.Refused.class, refused -> {
                assertThat(refused.status()).isEqualTo(404);
                assertThat(refused.body()).isEqualTo("{}");
            });
            served.get();
        }
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static TextSocket open(ServerSocket listener) throws IOException {
        return TextSocket.open(
                URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/ws?deploymentId=x"),
                Map.of("Authorization", "Bearer t"));
    }

    private static CompletableFuture<byte[]> serve(ServerSocket listener, Script script) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket socket = listener.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                String head = head(in);
                String key = head.lines()
                        .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
                        .findFirst()
                        .orElseThrow()
                        .substring("Sec-WebSocket-Key: ".length());
                byte[] digest = MessageDigest.getInstance("SHA-1")
                        .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
                OutputStream out = socket.getOutputStream();
                out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                byte[] heard = script.play(in, out);
                in.read();
                return heard;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else {
            frame.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift) & 0xff);
            }
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static String unmasked(byte[] frame) {
        byte[] text = new byte[frame.length - 6];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (frame[6 + i] ^ frame[2 + i % 4]);
        }
        return new String(text, StandardCharsets.UTF_8);
    }
}
