package im.backend.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLSocketFactory;

/**
 * The reading side of a WebSocket (RFC 6455): text messages in, pongs and a close out. Own code, because the JDK's client
 * comes with {@code java.net.http}, whose loading costs a deploy half a second.
 */
final class TextSocket implements AutoCloseable {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final int MESSAGE_BYTES_MAX = 8 << 20;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** The server answered, and it was not a WebSocket. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String body;

        Refused(int status, String body) {
            super("status " + status);
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        String body() {
            return body;
        }
    }

    private TextSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    static TextSocket open(URI uri, Map<String, String> headers) throws IOException {
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        Socket socket = secure ? SSLSocketFactory.getDefault().createSocket() : new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(uri.getHost(), port), (int) CONNECT_MAX.toMillis());
            socket.setSoTimeout((int) CONNECT_MAX.toMillis());
            TextSocket opened = new TextSocket(socket);
            opened.shakeHands(uri, headers);
            return opened;
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    private void shakeHands(URI uri, Map<String, String> headers) throws IOException {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce); // not a secret: it only tells answers apart
        String key = Base64.getEncoder().encodeToString(nonce);
        StringBuilder head = new StringBuilder("GET " + uri.getRawPath()
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()) + " HTTP/1.1\r\nHost: "
                + uri.getRawAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + key + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        String answer = readHead();
        String[] words = answer.split(" ", 3);
        int status = words.length > 1 && words[1].matches("[0-9]{3}") ? Integer.parseInt(words[1]) : 0;
        if (status != 101) {
            throw new Refused(status, new String(in.readNBytes(bodyLength(answer)), StandardCharsets.UTF_8));
        }
        if (!header(answer, "sec-websocket-accept").equals(Optional.of(accept(key)))) {
            throw new IOException("the answer to the WebSocket handshake is not for this request");
        }
    }

    private String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        while (head.size() < HEAD_BYTES_MAX) {
            int next = in.readUnsignedByte();
            head.write(next);
            last = (last << 8) | next;
            if (last == 0x0d0a0d0a) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        throw new IOException("the head of the answer is over " + HEAD_BYTES_MAX + " bytes");
    }

    private static int bodyLength(String head) {
        return header(head, "content-length")
                .filter(digits -> digits.matches("[0-9]{1,6}"))
                .map(Integer::valueOf)
                .orElse(0);
    }

    private static Optional<String> header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** How long {@link #read} waits for the next byte, be it only that of a ping, before the connection counts as dead. */
    void waitAtMost(Duration silenceMax) throws IOException {
        socket.setSoTimeout((int) Math.max(1, silenceMax.toMillis()));
    }

    /** The next text message; empty when the server closed the conversation. */
    Optional<String> read() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            int first;
            try {
                first = in.readUnsignedByte();
            } catch (EOFException closedWithoutAWord) {
                return Optional.empty();
            }
            boolean last = (first & 0x80) != 0;
            int kind = first & 0x0f;
            byte[] payload = payload(message.size());
            switch (kind) {
                case TEXT, CONTINUATION -> {
                    message.write(payload);
                    if (last) {
                        return Optional.of(message.toString(StandardCharsets.UTF_8));
                    }
                }
                case PING -> send(PONG, payload);
                case CLOSE -> {
                    send(CLOSE, payload.length >= 2 ? new byte[] {payload[0], payload[1]} : new byte[0]);
                    return Optional.empty();
                }
                default -> {
                    // A pong that nobody asked for, or a binary message, which this contract does not have.
                }
            }
        }
    }

    private byte[] payload(int already) throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & 0x80) != 0 || length < 0 || length + already > MESSAGE_BYTES_MAX) {
            throw new IOException("a WebSocket frame is masked or over " + MESSAGE_BYTES_MAX + " bytes");
        }
        return in.readNBytes((int) length);
    }

    /** Control frames only, so the payload has at most 125 bytes (RFC 6455 section 5.5). */
    private void send(int kind, byte[] payload) throws IOException {
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | kind);
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(mask, 0, frame, 2, 4);
        for (int i = 0; i < payload.length; i++) {
            frame[6 + i] = (byte) (payload[i] ^ mask[i % 4]);
        }
        out.write(frame);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
