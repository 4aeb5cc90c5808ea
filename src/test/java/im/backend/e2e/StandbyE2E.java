package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Kind;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.PrivatePostgres;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one PostgreSQL, one data folder and one Lease; the first is killed, the second goes on. */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StandbyE2E {
    private static final Duration TAKEOVER_MAX = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private FakeCluster cluster;
    private PrivatePostgres postgres;
    private PackagedServer first;
    private PackagedServer second;

    @BeforeEach
    void open() throws Exception {
        Optional<Path> binaries = PrivatePostgres.binaries();
        assumeTrue(binaries.isPresent(), "PostgreSQL is not installed: neither initdb nor pg_ctl is found");
        postgres = PrivatePostgres.start(binaries.orElseThrow());
        DatabaseSettings.External database = postgres.create();
        cluster = new FakeCluster(folder).start();
        try (Cluster api = Cluster.open(ClusterSettings.of(cluster.kubeconfig()))) {
            api.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name("kube-system")));
        }
        Path password = Files.writeString(folder.resolve("password"), "unasked\n");
        first = new PackagedServer(
                "--orchestrator",
                "local",
                "--set",
                "database.url=" + database.url(),
                "--set",
                "database.user=test",
                "--set",
                "database.password-file=" + password,
                "--set",
                "kubernetes.kubeconfig=" + cluster.kubeconfig(),
                "--set",
                "kubernetes.lease=kube-system/backendim");
        second = first.another();
    }

    @AfterEach
    void close() throws Exception {
        if (second != null) {
            second.kill();
            first.afterAll(null);
        }
        if (cluster != null) {
            cluster.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void whenTheLeaderIsKilledTheOtherServesTheSameProjects() throws Exception {
        first.startProcess();
        first.awaitReady();
        second.startProcess();
        await("the second lives").atMost(Duration.ofSeconds(30)).until(() -> status("/healthz") == 200);
        await("it knows the leader")
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        ask("/readyz").body().contains(URI.create(first.url()).getPort() + "."));
        assertThat(ask("/readyz").statusCode()).isEqualTo(503);
        HttpResponse<String> refused = ask("/v1/projects");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("\"code\":\"standby\"");

        ApiClient api = new ApiClient(first);
        api.signIn();
        String done = deploy(api, "one");
        await("the first deployment is live")
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get("/api/status/" + done)
                        .body()
                        .path("status")
                        .asText()
                        .equals("complete"));
        String acknowledged = deploy(api, "two");
        first.kill();
        long killed = System.nanoTime();

        await("the second serves").atMost(TAKEOVER_MAX).until(second::isReady);

        Duration took = Duration.ofNanos(System.nanoTime() - killed);
        System.getLogger(StandbyE2E.class.getName())
                .log(System.Logger.Level.INFO, "taken over after {0} ms", took.toMillis());
        ApiClient next = new ApiClient(second);
        next.signIn();
        assertThat(next.get("/api/status/" + done).body().path("status").asText())
                .isEqualTo("complete");
        await("what was acknowledged is deployed")
                .atMost(Duration.ofSeconds(60))
                .until(() -> next.get("/api/status/" + acknowledged)
                        .body()
                        .path("status")
                        .asText()
                        .equals("complete"));
        assertThat(second.app("site", "/").body()).contains("two");

        first.startProcess();
        await("the old leader stands by")
                .atMost(Duration.ofSeconds(30))
                .until(() -> !first.isReady() && isAlive(first));
        assertThat(second.terminate()).isZero();
        await("an orderly end hands over at once")
                .atMost(Duration.ofSeconds(20))
                .until(first::isReady);
        assertThat(first.app("site", "/").body()).contains("two");
    }

    private static boolean isAlive(PackagedServer server) {
        try {
            return status(server, "/healthz") == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String deploy(ApiClient api, String text) throws IOException, InterruptedException {
        ApiClient.Reply reply = api.post(
                "/api/deploy", Map.of("projectName", "site", "files", Map.of("index.html", "<h1>" + text + "</h1>")));
        assertThat(reply.status()).as("%s", reply.body()).isEqualTo(202);
        return reply.body().get("deploymentId").asText();
    }

    private int status(String path) {
        try {
            return ask(path).statusCode();
        } catch (IOException notYet) {
            return 0;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static int status(PackagedServer server, String path) throws IOException, InterruptedException {
        return ask(server, path).statusCode();
    }

    private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
        return ask(second, path);
    }

    private static HttpResponse<String> ask(PackagedServer server, String path)
            throws IOException, InterruptedException {
        return server.send(HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(Duration.ofSeconds(5))
                .build());
    }
}
