package im.backend.route.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that sends what no HTTP client would. */
public final class RawSocket implements AutoCloseable {
    private final Socket socket;

    private RawSocket(Socket socket) {
        this.socket = socket;
    }

    public static RawSocket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return new RawSocket(socket);
    }

    public RawSocket send(String bytes) throws IOException {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawSocket send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends while the server listens; false when it hung up. */
    public boolean trySend(String bytes) {
        try {
            send(bytes);
            return true;
        } catch (IOException hungUp) {
            return false;
        }
    }

    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Everything until the server closes. */
    public String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                all.write(buffer, 0, n);
            }
        } catch (SocketTimeoutException stillOpen) {
            throw new IOException("the server did not close; it said: " + all, stillOpen);
        } catch (IOException reset) {
            // A reset is an end too; what came before it counts.
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Reads until {@code text} was seen. */
    public String readUntil(String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the server closed before \"" + text + "\"; it said: " + seen);
            }
            seen.append((char) next);
        }
        return seen.toString();
    }

    public int read() throws IOException {
        return socket.getInputStream().read();
    }

    /** True when the server neither sends nor closes for so long. */
    public boolean staysOpenFor(Duration time) throws IOException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
        try {
            socket.getInputStream().read();
            return false;
        } catch (SocketTimeoutException open) {
            return true;
        } finally {
            socket.setSoTimeout(10_000);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
