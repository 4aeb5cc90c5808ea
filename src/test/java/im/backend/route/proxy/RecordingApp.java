package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An app on a bare socket, so that a test sees each byte that reached it and says each byte that goes back. */
final class RecordingApp implements AutoCloseable {
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private RecordingApp(ServerSocket server, Behaviour behaviour) {
        this.server = server;
        this.behaviour = behaviour;
    }

    static RecordingApp start(Behaviour behaviour) throws IOException {
        RecordingApp app = new RecordingApp(new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()), behaviour);
        Thread.ofVirtual().start(app::accept);
        return app;
    }

    /** Answers each request with its own name for itself and keeps the connection. */
    static RecordingApp saying(String text) throws IOException {
        return start((seen, in, out) -> reply(out, "200 OK", "", text));
    }

    static void reply(OutputStream out, String status, String headers, String body) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n" + headers + "\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    Endpoint endpoint() {
        return new Endpoint("127.0.0.1", server.getLocalPort());
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    int openConnections() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                Seen request = new Seen(head, new ByteArrayOutputStream());
                seen.add(request);
                behaviour.answer(request, in, socket.getOutputStream());
            }
        } catch (IOException ended) {
            // The proxy hung up, or the behaviour wants to.
        } finally {
            open.remove(socket);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < HEAD_END.length) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            matched = next == HEAD_END[matched] ? matched + 1 : next == HEAD_END[0] ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @FunctionalInterface
    interface Behaviour {
        void answer(Seen request, InputStream in, OutputStream out) throws IOException;
    }

    /** A request as it arrived. */
    record Seen(String head, ByteArrayOutputStream body) {
        String requestLine() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        List<String> all(String name) {
            List<String> values = new ArrayList<>();
            for (String line : head.split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                    values.add(line.substring(colon + 1).strip());
                }
            }
            return values;
        }

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        /** Reads the body by its framing and keeps it when it is small. */
        long readBody(InputStream in) throws IOException {
            List<String> lengths = all("Content-Length");
            if (!lengths.isEmpty()) {
                return copy(in, Long.parseLong(lengths.getFirst()));
            }
            if (all("Transfer-Encoding").isEmpty()) {
                return 0;
            }
            long total = 0;
            for (long size = readSize(in); size > 0; size = readSize(in)) {
                total += copy(in, size);
                in.readNBytes(2);
            }
            in.readNBytes(2);
            return total;
        }

        private static long readSize(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new IOException("ended within a chunk size");
                }
                line.append((char) next);
            }
            return Long.parseLong(line.toString().strip().toLowerCase(Locale.ROOT), 16);
        }

        private long copy(InputStream in, long length) throws IOException {
            byte[] buffer = new byte[64 * 1024];
            long left = length;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException("ended within the body");
                }
                if (body.size() < 1 << 16) {
                    body.write(buffer, 0, read);
                }
                left -= read;
            }
            return length;
        }
    }
}
