package im.backend.server.edge;

import im.backend.route.proxy.RawSocket;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;

/** A listener behind {@link Edge} with the routes that attacks need: one that reads, one that writes, one that echoes. */
final class HardenedServer implements AutoCloseable {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final Edge edge;
    private final WebServer server;
    private final AtomicLong bytesWritten = new AtomicLong();

    private HardenedServer(EdgeLimits limits) {
        this.edge = new Edge(limits);
        WebServerConfig.Builder builder = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                .addRouting(HttpRouting.builder()
                        .get("/hello", (request, response) -> response.send("hello"))
                        .get("/big", (request, response) -> writeLots(response.outputStream()))
                        .get("/slow", (request, response) -> {
                            Thread.sleep(1_000);
                            response.send("slow");
                        })
                        .post(
                                "/length",
                                (request, response) -> response.send(
                                        String.valueOf(length(request.content().inputStream()))))
                        .post(
                                "/git/length",
                                (request, response) -> response.send(
                                        String.valueOf(length(request.content().inputStream())))))
                .addRouting(WsRouting.builder()
                        .endpoint("/echo", new WsListener() {
                            @Override
                            public void onMessage(WsSession session, String text, boolean last) {
                                session.send(text, last);
                            }
                        })
                        .endpoint("/talk", new WsListener() {
                            @Override
                            public void onOpen(WsSession session) {
                                Thread.startVirtualThread(() -> talk(session));
                            }
                        }));
        edge.harden(builder);
        edge.start();
        this.server = builder.build().start();
    }

    /** Serves until its input ends, for tests that need a JVM of their own; prints the port first. */
    public static void main(String[] arguments) throws IOException {
        try (HardenedServer server = start(EdgeLimits.defaults())) {
            System.out.println(server.port());
            System.in.readAllBytes();
        }
    }

    static HardenedServer start(EdgeLimits limits) {
        return new HardenedServer(limits);
    }

    int port() {
        return server.port();
    }

    Edge edge() {
        return edge;
    }

    long bytesWritten() {
        return bytesWritten.get();
    }

    RawSocket connect() throws IOException {
        return RawSocket.connect(port());
    }

    @Override
    public void close() {
        server.stop();
        edge.close();
    }

    /** Sends until the connection is gone, from a thread of its own. */
    private static void talk(WsSession session) {
        try {
            for (int i = 0; i < 100_000; i++) {
                session.send("message", true);
            }
        } catch (RuntimeException gone) {
            // As it is meant to end.
        }
    }

    private void writeLots(OutputStream stream) {
        byte[] block = new byte[BLOCK_BYTES];
        try (stream) {
            for (int i = 0; i < 4_096; i++) {
                stream.write(block);
                bytesWritten.addAndGet(block.length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long length(InputStream body) {
        byte[] buffer = new byte[BLOCK_BYTES];
        long bytes = 0;
        try (body) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                bytes += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }
}
