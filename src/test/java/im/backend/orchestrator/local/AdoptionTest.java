package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.host.HostSettings;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.LogLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server is killed with -9, at rest and in the middle of starting: its apps run on, and never twice. */
@Tag("slow")
final class AdoptionTest {
    private static final int KILLS_AT_REST = 2;
    private static final int KILLS_WHILE_STARTING = 5;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path data;

    @Test
    void instancesOutliveKilledServersAndNeverRunTwice() throws Exception {
        killedServersLeaveOneOfEach(HostSettings.Use.WHEN_THERE);
    }

    @Test
    void soTheyDoWithoutSandboxAndControlGroups() throws Exception {
        killedServersLeaveOneOfEach(HostSettings.Use.NEVER);
    }

    private void killedServersLeaveOneOfEach(HostSettings.Use use) throws Exception {
        Random random = new Random(42);
        for (int kill = 0; kill < KILLS_WHILE_STARTING; kill++) {
            killAfter(server(use), Duration.ofMillis(300 + random.nextInt(450)));
        }
        Set<String> endpoints = awaitReadyThenKill(use);
        Set<Long> apps = startTimes(endpoints);
        for (int kill = 1; kill < KILLS_AT_REST; kill++) {
            assertThat(awaitReadyThenKill(use)).isEqualTo(endpoints);
            assertThat(startTimes(endpoints)).as("the same processes go on").isEqualTo(apps);
        }

        try (LocalHost host = LocalHost.start(data, use)) {
            List<Instance> adopted = AdoptedHost.startAll(host);

            assertThat(adopted.stream().map(i -> i.endpoint().orElseThrow().toString()))
                    .containsExactlyInAnyOrderElementsOf(endpoints);
            assertThat(serving(host)).hasSize(AdoptedHost.INSTANCES);
            assertThat(host.logs.last(adopted.getFirst().project(), 10_000).stream()
                            .map(LogLine::text)
                            .filter(text -> text.startsWith("GET /id")))
                    .as("each request is logged once, whoever was there to read it")
                    .hasSize(AdoptedHost.INSTANCES * KILLS_AT_REST);
            host.orchestrator.stopAll(Duration.ofSeconds(2));
            assertThat(host.processes()).isEmpty();
        }
    }

    private Set<String> awaitReadyThenKill(HostSettings.Use use) throws Exception {
        java.lang.Process server = server(use);
        List<String> lines = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null && !line.equals("ready")) {
                lines.add(line);
                line = output.readLine();
            }
        }
        killAfter(server, Duration.ZERO);
        return lines.stream()
                .filter(line -> line.startsWith("127.0.0.1:"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Long> startTimes(Set<String> endpoints) {
        Set<Long> found = new TreeSet<>();
        for (String endpoint : endpoints) {
            await().atMost(SOON).ignoreExceptions().until(() -> found.add(startTime(endpoint)));
        }
        return found;
    }

    /** In nanoseconds, as the app itself knows it; each call is a line in its log. */
    private static long startTime(String endpoint) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + endpoint + "/id").toURL().openConnection();
        connection.setReadTimeout(5_000);
        try (var body = connection.getInputStream()) {
            String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            return Long.parseLong(text.replaceAll(".*\"started\": (\\d+).*", "$1"));
        }
    }

    private static Set<String> serving(LocalHost host) {
        return host.processes().stream()
                .filter(name -> name.endsWith(" python3"))
                .collect(Collectors.toSet());
    }

    private java.lang.Process server(HostSettings.Use use) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AdoptedHost.class.getName(),
                        data.toString(),
                        use.name())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void killAfter(java.lang.Process server, Duration delay) throws InterruptedException {
        server.waitFor(delay);
        server.destroyForcibly();
        server.waitFor();
    }
}
