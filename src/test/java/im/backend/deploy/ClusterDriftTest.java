package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static im.backend.deploy.TestPlatform.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.QuietLogs;
import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Faults;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.deploy.ports.Ports;
import im.backend.deploy.upkeep.Repairs;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Release;
import im.backend.orchestrator.kubernetes.KubernetesOrchestrator;
import im.backend.orchestrator.kubernetes.KubernetesSettings;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.route.ingress.IngressRouter;
import im.backend.route.ingress.IngressSettings;
import im.backend.source.SourceUpload;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What somebody does to a live release by hand, with every kind of object that it has on a cluster. */
@Tag("slow")
class ClusterDriftTest {
    private static final String OWNER = "8f9a2f5e-0000-4000-8000-000000000003";
    private static final String BACKEND_YML = QUICK_HEALTH + """
        scaling: {min: 2, max: 4}
        volumes: [{name: data, path: /data, size: 1Gi, shared: true}]
        cron: [{schedule: "@yearly", command: "true"}]
        """;

    @RegisterExtension
    static final QuietLogs QUIET = new QuietLogs("im.backend.deploy");

    @TempDir
    private Path folder;

    private FakeCluster fake;
    private Cluster cluster;
    private TestPlatform platform;
    private KubernetesOrchestrator orchestrator;
    private IngressRouter router;

    /** A project is deployed on the host, and then the server comes back with a cluster: nothing has to run there. */
    @BeforeEach
    void open() throws IOException {
        fake = new FakeCluster(Files.createDirectories(folder.resolve("cluster"))).start();
        cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofMillis(300)));
        cluster.apply(Kind.NODE, new V1Node().metadata(new V1ObjectMeta().name("fake")));
        orchestrator = new KubernetesOrchestrator(
                cluster,
                new KubernetesSettings(
                        OWNER,
                        (project, digest) -> "app",
                        Optional.empty(),
                        "kube-system",
                        new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("volumes")),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(20)));
        router = new IngressRouter(new IngressSettings(OWNER, "traefik", Optional.empty(), Duration.ZERO), cluster);
        platform = new TestPlatform(folder.resolve("platform"));
        platform.engine().start();
    }

    @AfterEach
    void close() {
        platform.close();
        cluster.close();
        fake.close();
    }

    private static Stream<Arguments> kinds() {
        return Stream.of(
                change(
                        Kind.DEPLOYMENT,
                        object -> object.at("/spec/template/spec/containers")
                                .forEach(container -> ((ObjectNode) container).put("image", "evil"))),
                change(Kind.SERVICE, object -> ((ObjectNode) object.at("/spec/ports/0")).put("port", 81)),
                change(Kind.SECRET, object -> ((ObjectNode) object.at("/data")).put("BACKENDIM_COMMIT", "OTk5OQ==")),
                change(Kind.NETWORK_POLICY, object -> ((ObjectNode) object.at("/spec")).putArray("policyTypes")),
                change(Kind.RESOURCE_QUOTA, object -> ((ObjectNode) object.at("/spec/hard")).put("pods", "1")),
                change(Kind.LIMIT_RANGE, object -> ((ObjectNode) object.at("/spec")).putArray("limits")),
                change(Kind.AUTOSCALER, object -> ((ObjectNode) object.at("/spec")).put("maxReplicas", 1)),
                change(Kind.DISRUPTION_BUDGET, object -> ((ObjectNode) object.at("/spec")).put("maxUnavailable", 9)),
                change(Kind.CRON_JOB, object -> ((ObjectNode) object.at("/spec")).put("suspend", true)),
                change(Kind.INGRESS, object -> ((ObjectNode) object.at("/spec/rules/0")).put("host", "evil.example")));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatWasDeletedByHandComesBack(Kind<?> kind) throws InterruptedException {
        Release live = live();
        List<ObjectKey> before = keys(kind, live);
        assertThat(before).isNotEmpty();
        before.forEach(key -> fake.store().remove(key));

        platform.engine().reconcile();

        assertThat(keys(kind, live)).containsExactlyElementsOf(before);
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(1, 0));
        assertQuiet();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatWasChangedByHandIsAsItWasAgain(Kind<?> kind, Consumer<ObjectNode> change) throws InterruptedException {
        Release live = live();
        ObjectKey key = keys(kind, live).getFirst();
        JsonNode before = fake.store().get(key).orElseThrow().path("spec");
        JsonNode data = fake.store().get(key).orElseThrow().path("data");
        fake.store().change(key, object -> {
            change.accept(object);
            return object;
        });

        platform.engine().reconcile();

        assertThat(fake.store().get(key).orElseThrow().path("spec")).isEqualTo(before);
        assertThat(fake.store().get(key).orElseThrow().path("data")).isEqualTo(data);
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(1, 0));
        assertQuiet();
    }

    @Test
    void anObjectThatLostItsLabelGetsItBack() throws InterruptedException {
        Release live = live();
        ObjectKey key = keys(Kind.NETWORK_POLICY, live).getFirst();
        fake.store().change(key, object -> {
            ((ObjectNode) object.at("/metadata/labels")).remove("backend.im/owner");
            return object;
        });

        platform.engine().reconcile();

        assertThat(fake.store()
                        .get(key)
                        .orElseThrow()
                        .at("/metadata/labels/backend.im~1owner")
                        .asText())
                .isEqualTo(OWNER);
    }

    @Test
    void aNamespaceDeletedByHandComesBackOnTheSameData() throws InterruptedException {
        Release live = live();
        String path = dataPath();
        ObjectKey claim = keys(Kind.PERSISTENT_VOLUME_CLAIM, live).getFirst();
        await().atMost(LONG).until(() -> phase(claim).equals("Bound"));
        int objects = inNamespace(live).size();
        cluster.delete(Kind.NAMESPACE, Address.ofCluster(live.name().toString()), Cluster.Propagation.BACKGROUND);

        // A namespace goes in its own time; one that takes longer than a round waits for it is made in the next.
        await().atMost(LONG.multipliedBy(2)).until(() -> {
            platform.engine().reconcile();
            return inNamespace(live).size() == objects;
        });

        await().atMost(LONG).until(() -> phase(claim).equals("Bound"));
        assertThat(dataPath()).isEqualTo(path);
        assertThat(keys(Kind.INGRESS, live)).isNotEmpty();
        assertQuiet();
    }

    @Test
    void aNamespaceThatIsDeletedByHandIsHeardOf() throws Exception {
        Release live = live();
        CountDownLatch heard = new CountDownLatch(1);
        try (AutoCloseable watch = orchestrator.watchDrift(heard::countDown)) {
            assertThat(watch).isNotNull();
            await().atMost(LONG).until(() -> fake.faults().count("watch", "namespaces") > 0);

            fake.store().delete(ObjectKey.namespace(live.name().toString()), false, 0);

            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aForeignNamespaceInItsPlaceIsToldOfAndLeftAlone() throws InterruptedException {
        Release live = live();
        inNamespace(live).forEach(key -> fake.store().remove(key));
        ObjectKey namespace = ObjectKey.namespace(live.name().toString());
        fake.store().change(namespace, object -> {
            ((ObjectNode) object.at("/metadata/labels")).put("backend.im/owner", "somebody-else");
            return object;
        });
        ObjectNode foreign = fake.store().get(namespace).orElseThrow();

        platform.engine().reconcile();

        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(0, 1));
        assertThat(fake.store().get(namespace)).contains(foreign);
        // What the node still tells of the pods that it lost is none of ours.
        assertThat(inNamespace(live)).allMatch(key -> key.kind() == Kind.EVENT);
    }

    @Test
    void aStoppedProjectIsNotBroughtBack() throws InterruptedException {
        Release live = live();
        platform.engine().operations().stop(ADMIN, "shop");
        long applies = applies();

        platform.engine().reconcile();

        assertThat(applies()).isEqualTo(applies);
        assertThat(keys(Kind.DEPLOYMENT, live)).isEmpty();
        assertThat(keys(Kind.INGRESS, live)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultOfTheApiServerIsMendedByALaterRound(Faults.Fault fault, String verb) throws InterruptedException {
        Release live = live();
        ObjectKey key = keys(Kind.DEPLOYMENT, live).getFirst();
        fake.store().remove(key);
        // Longer than one round is patient.
        fake.faults().on(verb, "*", fault, 0, 6);

        for (int round = 0; round < 8 && fake.store().get(key).isEmpty(); round++) {
            try {
                platform.engine().reconcile();
            } catch (ProblemException notNow) {
                assertThat(notNow.problem()).isInstanceOf(Problem.Unavailable.class);
            }
        }

        fake.faults().none();
        platform.engine().reconcile();
        assertThat(keys(Kind.DEPLOYMENT, live)).containsExactly(key);
        assertQuiet();
    }

    private static Stream<Arguments> faults() {
        List<Arguments> all = new ArrayList<>();
        for (String verb : List.of("list", "apply", "get")) {
            all.add(Arguments.of(new Faults.Fault.Answer(429, 0), verb));
            all.add(Arguments.of(new Faults.Fault.Answer(500, 0), verb));
            all.add(Arguments.of(new Faults.Fault.CutBefore(), verb));
            all.add(Arguments.of(new Faults.Fault.CutAfter(), verb));
        }
        return all.stream();
    }

    @Test
    void aRoundCostsTheSameWhateverTheNumberOfProjects() throws InterruptedException {
        for (String name : List.of("one", "two", "three")) {
            deploy(name);
        }
        toCluster();
        platform.engine().reconcile();

        List<String> calls = roundOf();

        assertThat(calls)
                .containsExactlyInAnyOrder(
                        "list namespaces",
                        "list networkpolicies",
                        "list resourcequotas",
                        "list limitranges",
                        "list secrets",
                        "list deployments",
                        "list cronjobs",
                        "list services",
                        "list horizontalpodautoscalers",
                        "list poddisruptionbudgets",
                        "list persistentvolumeclaims",
                        "list ingresses");
    }

    private void assertQuiet() throws InterruptedException {
        Repairs before = platform.engine().repairs();
        assertThat(roundOf()).allMatch(call -> call.startsWith("list "));
        assertThat(platform.engine().repairs()).isEqualTo(before);
    }

    /** Calls of the server while it looks once; controllers of the fake do not call over HTTP. */
    private List<String> roundOf() throws InterruptedException {
        int before = fake.faults().calls().size();
        platform.engine().reconcile();
        List<String> calls = fake.faults().calls();
        return calls.subList(before, calls.size());
    }

    private long applies() {
        return fake.faults().calls().stream()
                .filter(call -> call.startsWith("apply"))
                .count();
    }

    private Release live() {
        deploy("shop");
        toCluster();
        return platform.releases.live().getFirst();
    }

    private void deploy(String name) {
        Deployment asked = platform.engine()
                .deployments()
                .submit(
                        ADMIN,
                        new SubmitRequest(
                                Optional.of(name),
                                new SourceUpload.FileMap(
                                        List.of(file("backend.yml", BACKEND_YML), file("main.py", name))),
                                "",
                                Optional.empty()));
        assertThat(platform.ended(asked).status()).isEqualTo(DeploymentStatus.COMPLETE);
    }

    private void toCluster() {
        platform.restart(ports -> new Ports(
                ports.source(),
                ports.manifests(),
                ports.images(),
                new Ports.Hosting(
                        orchestrator,
                        ports.hosting().oneOff(),
                        orchestrator.schedules(Clock.systemUTC()),
                        ports.hosting().logs(),
                        ports.hosting().storage()),
                router,
                ports.secrets(),
                ports.scanning(),
                ports.stores()));
    }

    private List<ObjectKey> keys(Kind<?> kind, Release release) {
        return fake.store().list(kind, release.name().toString()).stream()
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those that the server made; pods and the like follow from them. */
    private List<ObjectKey> inNamespace(Release release) {
        return fake.store().all().stream()
                .filter(entry ->
                        entry.getKey().namespace().equals(release.name().toString()))
                .filter(entry ->
                        entry.getValue().at("/metadata/ownerReferences").isEmpty())
                .filter(entry -> !entry.getKey().kind().equals(Kind.EVENT))
                .map(Map.Entry::getKey)
                .toList();
    }

    private String phase(ObjectKey claim) {
        return fake.store()
                .get(claim)
                .map(object -> object.at("/status/phase").asText())
                .orElse("");
    }

    private String dataPath() {
        List<String> paths = fake.store().list(Kind.PERSISTENT_VOLUME, "").stream()
                .map(entry -> entry.getValue().at("/spec/local/path").asText())
                .distinct()
                .toList();
        assertThat(paths).hasSize(1);
        assertThat(paths.getFirst()).contains(SHOP.value());
        return paths.getFirst();
    }

    private static Arguments change(Kind<?> kind, Consumer<ObjectNode> change) {
        return Arguments.of(Named.of(kind.name(), kind), change);
    }
}
