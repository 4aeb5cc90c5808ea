package im.backend.deploy.rollout;

import im.backend.domain.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * One GET on one connection, as little as can be asked: the status line is read and nothing else. An HTTP client would
 * take more time than a small app needs to answer.
 */
final class HttpPing implements AutoCloseable {
    private static final int STATUS_LINE_MAX = 256;
    private static final String HTTP = "HTTP/1.";

    private final Socket socket;

    private HttpPing(Socket socket) {
        this.socket = socket;
    }

    sealed interface Answer {
        record Status(int code) implements Answer {}

        /** Something answered in another language than HTTP/1. */
        record NotHttp() implements Answer {}

        /** It accepted the connection and closed it, or said nothing in time. */
        record Silent(boolean timedOut) implements Answer {}
    }

    /** Empty when nobody listens there. */
    static Optional<HttpPing> connect(Endpoint endpoint, Duration timeout) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(endpoint.host(), endpoint.port()), Math.toIntExact(timeout.toMillis()));
            return Optional.of(new HttpPing(socket));
        } catch (IOException nobodyListens) {
            close(socket);
            return Optional.empty();
        }
    }

    Answer get(String path, String host, Duration timeout) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: backendim-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        try {
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return parse(statusLine(socket.getInputStream()));
        } catch (SocketTimeoutException late) {
            return new Answer.Silent(true);
        } catch (IOException cutOff) {
            return new Answer.Silent(false);
        }
    }

    @Override
    public void close() {
        close(socket);
    }

    private static String statusLine(InputStream in) throws IOException {
        byte[] buffer = new byte[STATUS_LINE_MAX];
        int length = 0;
        while (length < buffer.length) {
            int count = in.read(buffer, length, buffer.length - length);
            if (count < 0) {
                break;
            }
            for (int at = length; at < length + count; at++) {
                if (buffer[at] == '\n') {
                    return new String(buffer, 0, at, StandardCharsets.ISO_8859_1).strip();
                }
            }
            length += count;
        }
        return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static Answer parse(String line) {
        if (line.isEmpty()) {
            return new Answer.Silent(false);
        }
        String[] parts = line.split(" ", 3);
        if (line.startsWith(HTTP) && parts.length >= 2 && parts[1].matches("[1-5][0-9]{2}")) {
            return new Answer.Status(Integer.parseInt(parts[1]));
        }
        return new Answer.NotHttp();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            // it is given up either way
        }
    }
}
