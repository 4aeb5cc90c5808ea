package im.backend.registry.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a server and does to connections what networks and busy servers do. */
public final class FaultyLine implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final String BUSY = "<Error><Code>SlowDown</Code></Error>";

    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesUp = new AtomicLong(NEVER);
    private final AtomicLong bytesDown = new AtomicLong(NEVER);
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean away;

    public FaultyLine(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Every connection, old and new, is reset until it is back. */
    public void goAway() {
        away = true;
        closeAll();
    }

    public void comeBack() {
        away = false;
    }

    /** The next connections are answered 503 SlowDown, so many of them. */
    public void beBusy(int times) {
        busy.set(times);
        closeAll();
    }

    /** Cuts one connection, when so many more bytes have gone to the server. */
    public void cutAfterBytesUp(long bytes) {
        bytesUp.set(bytes);
    }

    /** Cuts one connection, when so many more bytes have come from the server. */
    public void cutAfterBytesDown(long bytes) {
        bytesDown.set(bytes);
    }

    /** Connections that were cut as asked. */
    public int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.startVirtualThread(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            if (away) {
                client.setSoLinger(true, 0);
                return;
            }
            if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                refuse(client);
                return;
            }
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                open.add(server);
                Thread up = Thread.startVirtualThread(() -> pump(client, server, bytesUp));
                pump(server, client, bytesDown);
                server.close();
                client.close();
                up.join();
            }
        } catch (IOException cut) {
            // As wanted.
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** Requests that were told to slow down. */
    public int refusals() {
        return refusals.get();
    }

    private void refuse(Socket client) throws IOException {
        refusals.incrementAndGet();
        String head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nConnection: close\r\n"
                + "Content-Length: " + BUSY.length() + "\r\n\r\n" + BUSY;
        client.getInputStream().read(new byte[8192]);
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        client.shutdownOutput();
        client.getInputStream().skip(1 << 20);
    }

    private void pump(Socket from, Socket to, AtomicLong left) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (left.get() != NEVER && left.addAndGet(-read) <= 0) {
                    left.set(NEVER);
                    cuts.incrementAndGet();
                    to.setSoLinger(true, 0);
                    from.setSoLinger(true, 0);
                    to.close();
                    from.close();
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
            to.shutdownOutput();
        } catch (IOException cut) {
            // As wanted, or the other side is done.
        }
    }

    private void closeAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException closedBefore) {
                // As wanted.
            }
        }
        open.clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeAll();
    }
}
