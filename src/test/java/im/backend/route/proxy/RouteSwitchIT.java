package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.route.Draining;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Redeploying under load: the old release is stopped the moment its drain is done, and nobody notices. */
@Tag("slow")
final class RouteSwitchIT {
    private static final int SWITCHES = 20;
    private static final int CLIENTS = 8;
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: " + RunningProxy.HOST + "\r\n\r\n";

    @Test
    void twentySwitchesUnderLoadFailNoRequest() throws Exception {
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger served = new AtomicInteger();
        Map<String, Integer> failures = new ConcurrentHashMap<>();
        RecordingApp current = RecordingApp.saying("release 0");
        try (RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(current)) {
            List<Thread> load = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> call(proxy, running, served, failures)))
                    .toList();
            for (int i = 1; i <= SWITCHES; i++) {
                RecordingApp old = current;
                current = RecordingApp.saying("release " + i);
                int before = served.get();
                Draining draining = proxy.proxy().publish(RunningProxy.HOST, List.of(current.endpoint()));
                assertThat(draining.await(Duration.ofSeconds(10))).isTrue();
                old.close();
                awaitMoreThan(served, before + 20);
            }
            running.set(false);
            for (Thread client : load) {
                client.join();
            }
        }
        current.close();

        assertThat(failures).isEmpty();
        assertThat(served).hasValueGreaterThan(SWITCHES * 20);
    }

    private static void call(
            RunningProxy proxy, AtomicBoolean running, AtomicInteger served, Map<String, Integer> failures) {
        try {
            while (running.get()) {
                callOnOneConnection(proxy, running, served, failures);
            }
        } catch (IOException e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
        }
    }

    /** Until the proxy says that this was the last answer of the connection. */
    private static void callOnOneConnection(
            RunningProxy proxy, AtomicBoolean running, AtomicInteger served, Map<String, Integer> failures)
            throws IOException {
        try (RawSocket client = proxy.connect()) {
            boolean open = true;
            while (open && running.get()) {
                String answer = client.send(REQUEST).readUntil("release");
                client.readUntil(" ");
                if (!answer.startsWith("HTTP/1.1 200")) {
                    failures.merge(answer, 1, Integer::sum);
                }
                client.read();
                served.incrementAndGet();
                discardRest(client, answer);
                open = !answer.contains("Connection: close");
            }
        }
    }

    /** "release 7" is 9 bytes, "release 17" is 10: the length says whether one digit is left. */
    private static void discardRest(RawSocket client, String answer) throws IOException {
        if (answer.contains("Content-Length: 10")) {
            client.read();
        }
    }

    private static void awaitMoreThan(AtomicInteger served, int number) {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> served.get() > number);
    }
}
