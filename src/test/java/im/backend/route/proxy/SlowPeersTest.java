package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Clients and apps that keep the other side waiting, against limits short enough to wait for. */
final class SlowPeersTest {
    private static final String HOST = RunningProxy.HOST.value();
    private static final Duration SHORT = RunningProxy.shortLimits().clients().patience();

    @Test
    void aSilentConnectionIsEnded() throws IOException {
        try (RunningProxy proxy = running();
                RawSocket client = proxy.connect()) {
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void aTricklingHeadIsEnded() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX-");
            int sent = trickle(client);

            assertThat(sent).isLessThan(20);
            assertThat(app.seen()).isEmpty();
        }
    }

    @Test
    void aTricklingBodyIsEndedAndTheAppIsFreed() throws IOException {
        try (RecordingApp app = reading();
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 100\r\n\r\n");
            int sent = trickle(client);

            assertThat(sent).isLessThan(20);
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408");
            await().atMost(Duration.ofSeconds(3)).until(() -> app.openConnections() == 0);
        }
    }

    @Test
    void aReaderThatStallsIsDroppedAndTheAppIsFreed() throws IOException {
        AtomicLong written = new AtomicLong();
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    byte[] block = new byte[1 << 16];
                    out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 30) + "\r\n\r\n").getBytes());
                    while (written.addAndGet(block.length) < 1L << 30) {
                        out.write(block);
                    }
                });
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").readUntil("\r\n\r\n");

            await().atMost(Duration.ofSeconds(10)).until(() -> app.openConnections() == 0);
            assertThat(written.get()).isLessThan(64L << 20);
        }
    }

    @Test
    void anAppThatDoesNotAnswerIsNamed() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> waitFor(never));
                RunningProxy proxy = running().to(app)) {
            assertThat(proxy.get("")).startsWith("HTTP/1.1 504").contains("app-timeout");
            assertThat(app.seen()).as("sent once").hasSize(1);
            never.countDown();
        }
    }

    @Test
    void anAppThatIsStillThinkingLearnsThatItsClientHasGone() throws IOException {
        CountDownLatch gone = new CountDownLatch(1);
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    if (in.read() < 0) {
                        gone.countDown();
                    }
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            RawSocket client = proxy.connect().send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            await().until(() -> !app.seen().isEmpty());

            client.close();

            await().atMost(Duration.ofSeconds(2)).until(() -> gone.getCount() == 0);
            await().until(() -> proxy.proxy().openConnections() == 0);
        }
    }

    @Test
    void requestsThatAreSentAheadWhileTheAppThinksAreAnsweredInOrder() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    await().pollDelay(Duration.ofMillis(700)).until(() -> true);
                    RecordingApp.reply(out, "200 OK", "", seen.requestLine().split(" ")[1]);
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app);
                RawSocket client = proxy.connect()) {
            client.send("GET /one HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            await().until(() -> !app.seen().isEmpty());

            client.send("GET /two HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            client.send("GET /three HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).containsSubsequence("/one", "/two", "/three");
        }
    }

    @Test
    void anAppThatAcceptsNoConnectionIsNamedInTime() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Crowd crowd = Crowd.at(deaf.getLocalPort());
                RunningProxy proxy = running().to(new Endpoint("127.0.0.1", deaf.getLocalPort()))) {
            long began = System.nanoTime();

            assertThat(proxy.get("")).startsWith("HTTP/1.1 502").contains("app-unreachable");

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        }
    }

    /** Takes all places in the queue of a socket that accepts nobody. */
    private record Crowd(List<Socket> sockets) implements AutoCloseable {
        static Crowd at(int port) throws IOException {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                try {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                } catch (SocketTimeoutException full) {
                    break;
                }
            }
            return new Crowd(sockets);
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aConnectionHasItsShareOfRequestsAndIsToldWhichIsTheLast() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            String request = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
            for (int i = 1; i < 10; i++) {
                assertThat(client.send(request).readUntil("hi")).doesNotContain("Connection: close");
            }

            assertThat(client.send(request).readToEnd())
                    .contains("Connection: close")
                    .endsWith("hi");
        }
    }

    @Test
    void anAppThatIsBusyIsNamedWhenTheQueueIsFull() throws IOException {
        CountDownLatch free = new CountDownLatch(1);
        ProxyLimits.Apps apps = new ProxyLimits.Apps(
                2, 2, Duration.ofMillis(300), Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(60));
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    waitFor(free);
                    RecordingApp.reply(out, "200 OK", "", "hi");
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults().withApps(apps))
                        .to(app)) {
            List<RawSocket> crowd = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                crowd.add(proxy.connect().send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n"));
            }
            RawSocket last = crowd.getLast();
            assertThat(last.readToEnd()).startsWith("HTTP/1.1 503").contains("app-busy", "Retry-After");
            free.countDown();
            int served = 0;
            for (RawSocket client : crowd.subList(0, 19)) {
                served += client.readToEnd().startsWith("HTTP/1.1 200") ? 1 : 0;
                client.close();
            }

            assertThat(served).isBetween(1, 6);
            assertThat(app.seen()).hasSize(served);
        }
    }

    @Test
    void oneConnectionTooManyIsClosed() throws IOException {
        ProxyLimits limits = ProxyLimits.defaults()
                .withClients(
                        new ProxyLimits.Clients(10, 100, 1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 1_024));
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = RunningProxy.start(limits).to(app)) {
            List<RawSocket> crowd = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                RawSocket client = proxy.connect();
                client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").readUntil("hi");
                crowd.add(client);
            }

            try (RawSocket refused = proxy.connect()) {
                assertThat(refused.readToEnd()).isEmpty();
            }
            for (RawSocket client : crowd) {
                client.close();
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> proxy.proxy().openConnections() == 0);
            assertThat(proxy.get("")).startsWith("HTTP/1.1 200");
        }
    }

    private static RecordingApp reading() throws IOException {
        return RecordingApp.start((seen, in, out) -> {
            seen.readBody(in);
            RecordingApp.reply(out, "200 OK", "", "hi");
        });
    }

    private static RunningProxy running() {
        return RunningProxy.start(RunningProxy.shortLimits());
    }

    /** Sends a byte now and then until the proxy hangs up; the pace is the attack. */
    private static int trickle(RawSocket client) {
        int sent = 0;
        while (sent < 20 && client.trySend("a")) {
            sent++;
            LockSupport.parkNanos(SHORT.toNanos() / 4);
        }
        return sent;
    }

    static void waitFor(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nobody came");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
