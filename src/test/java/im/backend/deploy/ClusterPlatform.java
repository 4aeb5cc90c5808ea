package im.backend.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.deploy.ports.AppsAddress;
import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Release;
import im.backend.orchestrator.kubernetes.KubernetesLogs;
import im.backend.orchestrator.kubernetes.KubernetesOneOff;
import im.backend.orchestrator.kubernetes.KubernetesOrchestrator;
import im.backend.orchestrator.kubernetes.KubernetesSettings;
import im.backend.orchestrator.kubernetes.KubernetesStorage;
import im.backend.orchestrator.log.LogFolder;
import im.backend.route.ingress.IngressRouter;
import im.backend.route.ingress.IngressSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Deployments on the API server of our own, with the pipeline, the orchestrator and the routes of the product. */
final class ClusterPlatform implements AutoCloseable {
    static final Duration CALL_MAX = Duration.ofMillis(500);
    private static final String IMAGE = "fake/app";
    private static final String OWNER = "8f9a2f5e-0000-4000-8000-000000000003";
    private static final Duration SOON = Duration.ofSeconds(60);

    final FakeCluster fake;
    final TestPlatform memory;
    private final Path folder;
    private Server server;

    /** @param image holds the app, a {@code /app/serve} that answers with its variable RELEASE */
    ClusterPlatform(Path folder, Path image) {
        this.folder = folder;
        this.fake = new FakeCluster(folder).start();
        this.memory = new TestPlatform(folder);
        fake.node().image(IMAGE, image);
        fake.store().create(new ObjectKey(Kind.NODE, "", "fake"), JsonNodeFactory.instance.objectNode());
        this.server = server(Duration.ofSeconds(10));
    }

    /** One life of the server. Its connection is its own, so that nothing of it goes on in the next one. */
    record Server(Cluster cluster, KubernetesLogs logs, Ports ports, DeployEngine engine, CrashingPorts crash)
            implements AutoCloseable {
        /** From now on it has no effect on anything, as a process that was killed. */
        void kill() {
            crash.die();
            cluster.close();
        }

        @Override
        public void close() {
            engine.close();
            logs.close();
            cluster.close();
        }
    }

    /** @param patience with an API server that does not answer */
    Server restart(Duration patience) {
        server.close();
        server = server(patience);
        server.engine().start();
        return server;
    }

    Server server() {
        return server;
    }

    private Server server(Duration patience) {
        Cluster cluster = Cluster.open(
                ClusterSettings.of(fake.kubeconfig()).withCallTimeout(CALL_MAX).withPatience(patience));
        KubernetesSettings settings = new KubernetesSettings(
                OWNER,
                (project, image) -> IMAGE,
                Optional.empty(),
                "kube-system",
                new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("data")),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
        LogFolder folders = new LogFolder(folder.resolve("logs"));
        KubernetesLogs logs = new KubernetesLogs(cluster, settings, folders, Clock.systemUTC());
        logs.start();
        Ports memoryPorts = memory.ports();
        KubernetesOrchestrator orchestrator = new KubernetesOrchestrator(cluster, settings);
        Ports ports = new Ports(
                memoryPorts.source(),
                memoryPorts.manifests(),
                memoryPorts.images(),
                new Ports.Hosting(
                        orchestrator,
                        new KubernetesOneOff(cluster, settings),
                        orchestrator.schedules(Clock.systemUTC()),
                        logs,
                        new KubernetesStorage(cluster, settings, folders)),
                new IngressRouter(
                        new IngressSettings(OWNER, IngressSettings.TRAEFIK, Optional.empty(), Duration.ZERO), cluster),
                memoryPorts.secrets(),
                memoryPorts.scanning(),
                memoryPorts.stores());
        CrashingPorts crash = new CrashingPorts(Integer.MAX_VALUE, true);
        DeploySettings deploy = new DeploySettings(
                AppsAddress.plain("localhost", 8000),
                4,
                100,
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ofSeconds(1),
                10,
                Duration.ZERO);
        return new Server(cluster, logs, ports, memory.open(crash.over(ports), deploy), crash);
    }

    Deployment submit(String manifest, String release) {
        return server.engine()
                .deployments()
                .submit(TestPlatform.ADMIN, TestPlatform.upload(manifest.replace("{}", release), release));
    }

    Deployment ended(Deployment deployment) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            Deployment now = memory.log.find(deployment.id()).orElseThrow();
            assertThat(now.status().terminal())
                    .as(
                            "%s after %s",
                            now,
                            fake.faults().calls().reversed().stream().limit(12).toList())
                    .isTrue();
        });
        return memory.log.find(deployment.id()).orElseThrow();
    }

    boolean hasEnded(Deployment deployment) {
        return memory.log.find(deployment.id()).orElseThrow().status().terminal();
    }

    /** What the log says is live. */
    Optional<Deployment> live() {
        return memory.projects
                .find(TestPlatform.SHOP)
                .flatMap(project -> project.live())
                .flatMap(version -> memory.releases.find(TestPlatform.SHOP, version))
                .map(Release::deployment)
                .flatMap(memory.log::find);
    }

    /** The cluster comes to hold exactly what the log says, once, and the host answers with it. */
    void assertSettled(String description, Optional<String> release) {
        await(description).atMost(SOON).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            assertCluster();
            assertThat(answer("shop.localhost")).isEqualTo(release.orElse("no route"));
        });
        memory.log.list(TestPlatform.SHOP, Instant.MAX, 1000).forEach(deployment -> {
            assertThat(deployment.status().terminal()).as(description).isTrue();
            assertThat(memory.statuses(deployment)).as(description).doesNotHaveDuplicates();
            assertThat(memory.statuses(deployment)).as(description).isSorted();
        });
    }

    private void assertCluster() {
        Optional<Deployment> live = live();
        live.ifPresent(deployment -> assertThat(deployment.status()).isEqualTo(DeploymentStatus.COMPLETE));
        List<String> namespaces = live.stream()
                .map(deployment -> deployment.releaseName().toString())
                .toList();
        assertThat(names(Kind.NAMESPACE)).as("namespaces").isEqualTo(namespaces);
        for (Kind<?> kind : List.of(Kind.DEPLOYMENT, Kind.REPLICA_SET, Kind.POD, Kind.SERVICE, Kind.SECRET)) {
            assertThat(names(kind)).as(kind.plural()).hasSize(namespaces.size());
        }
        assertThat(names(Kind.JOB)).as("jobs").isEmpty();
        assertThat(names(Kind.PERSISTENT_VOLUME)).as("volumes").hasSizeLessThanOrEqualTo(1);
        live.ifPresent(deployment -> assertThat(fake.store().list(Kind.DEPLOYMENT, ""))
                .singleElement()
                .satisfies(only -> assertThat(
                                only.getValue().at("/metadata/labels").toString())
                        .contains(deployment.id().toString())));
        List<String> hosts = live.stream()
                .flatMap(deployment -> new TreeSet<>(List.of(
                                deployment.commit().shortForm() + ".localhost",
                                "shop-admin.localhost",
                                "shop.localhost"))
                        .stream())
                .toList();
        assertThat(names(Kind.INGRESS)).as("ingresses").isEqualTo(hosts);
        assertThat(fake.store().list(Kind.INGRESS, ""))
                .extracting(ingress -> ingress.getKey().namespace())
                .as("namespaces of the ingresses")
                .allMatch(namespaces::contains);
    }

    private List<String> names(Kind<?> kind) {
        return fake.store().list(kind, "").stream()
                .map(Map.Entry::getKey)
                .map(ObjectKey::name)
                .sorted()
                .toList();
    }

    /** As the ingress controller would have it: through the host's Ingress to its Service. */
    String answer(String host) {
        return fake.store().list(Kind.INGRESS, "").stream()
                .filter(ingress -> ingress.getKey().name().equals(host))
                .findFirst()
                .map(ingress -> ask(ingress.getKey(), ingress.getValue()))
                .orElse("no route");
    }

    private String ask(ObjectKey key, ObjectNode ingress) {
        String service =
                ingress.at("/spec/rules/0/http/paths/0/backend/service/name").asText();
        String address = fake.store()
                .get(key.sibling(Kind.SERVICE, service))
                .map(found -> found.at("/spec/clusterIP").asText())
                .orElse("");
        if (address.isEmpty()) {
            return "no service";
        }
        try (Socket socket = new Socket(address, 8080)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String whole = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return whole.substring(whole.lastIndexOf('\n') + 1);
        } catch (IOException cut) {
            return "no answer: " + cut.getMessage();
        }
    }

    @Override
    public void close() {
        server.close();
        memory.close();
        fake.close();
    }
}
