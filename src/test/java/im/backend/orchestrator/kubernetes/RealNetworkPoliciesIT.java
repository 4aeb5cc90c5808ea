package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster.Propagation;
import im.backend.cluster.ExecRequest;
import im.backend.cluster.ExecStreams;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Endpoint;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Workload;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicySpec;
import io.kubernetes.client.openapi.models.V1NodeAddress;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the policies of a release let through, tried from within its pods: on a cluster whose network plugin has them in force
 * ({@code ./dev cluster second}), and on each node. Whatever has to be refused is first reached from a pod without policies,
 * or from this machine.
 */
@Tag("slow")
final class RealNetworkPoliciesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Until a network plugin has heard of a pod or a policy. */
    private static final Duration HEARD = Duration.ofSeconds(10);

    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** Of the server's, where {@code ./dev cluster second} lets the second node pull from. */
    private static final int REGISTRY = 8080;

    private static final int KUBELET = 10_250;
    /** One for each node that {@code ./dev cluster} makes. */
    private static final int REPLICAS = 2;

    /** Some of what {@code ./dev cluster second} puts outside of the cluster. */
    private static final String INTERNET = "198.51.100.10:80";

    private static final List<String> OUTSIDE = List.of("169.254.169.254:80", "172.30.255.10:80");

    private static final ProjectId IMAGES = new ProjectId("admin-policies");
    private static final ReleaseName SHOP = release("admin-shop");
    private static final ReleaseName NEIGHBOUR = release("admin-neighbour");
    /** Whose policies are taken away, and for SHOP the ingress controller's namespace. */
    private static final ReleaseName OPEN = release("admin-open");

    @TempDir
    static Path folder;

    private static RealCluster real;
    private static KubernetesOrchestrator orchestrator;
    private static App shop;
    private static App neighbour;
    private static App open;

    @BeforeAll
    static void start() throws IOException {
        assumeThat(reaches("127.0.0.1:" + REGISTRY))
                .as("something else is at port %d, where the nodes pull from", REGISTRY)
                .isFalse();
        real = RealCluster.named(IMAGES, folder, new InetSocketAddress("0.0.0.0", REGISTRY));
        orchestrator = orchestrator(real.settings.ingressNamespace());
        open = App.start(orchestrator, OPEN);
        neighbour = App.start(orchestrator, NEIGHBOUR);
        shop = App.start(orchestrator(OPEN.toString()), SHOP);
        Stream.of(open, neighbour, shop).forEach(App::awaitReady);
        real.cluster
                .list(Kind.NETWORK_POLICY, Selection.in(OPEN.toString()))
                .forEach(policy -> real.cluster.delete(Kind.NETWORK_POLICY, policy, Propagation.BACKGROUND));
        assumePoliciesAreInForce();
    }

    @AfterAll
    static void end() {
        if (orchestrator != null) {
            List.of(SHOP, NEIGHBOUR, OPEN).forEach(orchestrator::removeNamespace);
        }
        if (real != null) {
            real.close();
        }
    }

    @Test
    void anAppResolvesNames() {
        assumeThat(resolves(open.pods().getFirst()))
                .as("a pod without policies resolves names")
                .isTrue();

        assertThat(shop.pods()).allSatisfy(pod -> await().atMost(HEARD).until(() -> resolves(pod)));
    }

    @Test
    void anAppReachesTheInternet() {
        assumeThat(reached(open.pods().getFirst(), List.of(INTERNET)))
                .as("what a pod without policies reaches of the internet")
                .isNotEmpty();

        assertReached(shop, List.of(INTERNET));
    }

    @Test
    void anAppReachesNothingOfTheClusterItsMachinesOrPrivateNetworks() throws IOException {
        List<String> closed = new ArrayList<>(open.addresses());
        closed.addAll(apiServer());
        nodes().forEach(node -> closed.add(node + ":" + KUBELET));
        ofThisMachine().forEach(address -> closed.add(address + ":" + REGISTRY));
        OUTSIDE.stream().filter(RealNetworkPoliciesIT::reaches).forEach(closed::add);

        assertReached(open, closed);
        assertNoneReached(shop, closed);
    }

    @Test
    void anAppReachesNoOtherApp() {
        List<String> addresses = neighbour.addresses();

        assertThat(addresses).allMatch(RealNetworkPoliciesIT::reaches);
        assertNoneReached(shop, addresses);
    }

    @Test
    void thePlatformReachesAnAppOnEachNode() {
        assertThat(shop.pods().stream().map(pod -> pod.getSpec().getNodeName()).distinct())
                .as("nodes of the app")
                .hasSize(Math.min(REPLICAS, nodes().size()));
        assertThat(shop.addresses())
                .allSatisfy(
                        address -> assertThat(get(address)).as("%s", address).isEqualTo(SHOP.toString()));
    }

    @Test
    void theIngressControllersPodsReachAnAppAndOthersDoNot() {
        assertReached(open, shop.addresses());
        assertNoneReached(open, neighbour.addresses());
    }

    /** Whether it is so by a policy of this test's own: one that is wrong in the product is no reason to skip. */
    private static void assumePoliciesAreInForce() {
        V1NetworkPolicy sealed = real.cluster.apply(
                Kind.NETWORK_POLICY,
                new V1NetworkPolicy()
                        .metadata(new V1ObjectMeta().namespace(OPEN.toString()).name("sealed"))
                        .spec(new V1NetworkPolicySpec()
                                .podSelector(new V1LabelSelector())
                                .policyTypes(List.of("Ingress", "Egress"))));
        boolean inForce = isSealed();
        real.cluster.delete(Kind.NETWORK_POLICY, sealed, Propagation.BACKGROUND);
        assumeThat(inForce)
                .as("the cluster's network plugin enforces NetworkPolicies")
                .isTrue();
        assertReached(open, apiServer());
    }

    private static boolean isSealed() {
        try {
            await().atMost(HEARD)
                    .until(() -> reached(open.pods().getFirst(), apiServer()).isEmpty());
            return true;
        } catch (ConditionTimeoutException reachedStill) {
            return false;
        }
    }

    private static void assertReached(App from, List<String> targets) {
        assertThat(from.pods())
                .allSatisfy(pod -> await().atMost(HEARD)
                        .untilAsserted(() -> assertThat(reached(pod, targets))
                                .as(
                                        "reached from %s on %s",
                                        from.release, pod.getSpec().getNodeName())
                                .containsExactlyElementsOf(targets)));
    }

    private static void assertNoneReached(App from, List<String> targets) {
        assertThat(targets).isNotEmpty();
        assertThat(from.pods())
                .allSatisfy(pod -> await().atMost(HEARD)
                        .untilAsserted(() -> assertThat(reached(pod, targets))
                                .as(
                                        "reached from %s on %s",
                                        from.release, pod.getSpec().getNodeName())
                                .isEmpty()));
    }

    /** @return those of the targets that take a connection, in their order */
    private static List<String> reached(V1Pod from, Collection<String> targets) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        List<String> command = new ArrayList<>(List.of("/app/serve", "reach"));
        command.addAll(targets);
        assertThat(exec(from, command, output)).isZero();
        List<String> reached = output.toString(StandardCharsets.UTF_8).lines().toList();
        return targets.stream().filter(reached::contains).toList();
    }

    private static boolean resolves(V1Pod from) {
        List<String> command = List.of("/app/serve", "resolve", "kubernetes.default.svc");
        return exec(from, command, new ByteArrayOutputStream()) == 0;
    }

    private static int exec(V1Pod pod, List<String> command, ByteArrayOutputStream output) {
        return real.cluster.exec(
                Address.of(pod),
                new ExecRequest(AppPod.CONTAINER, command),
                ExecStreams.to(output, new ByteArrayOutputStream()),
                SOON);
    }

    /** From this machine, which is a node. */
    private static boolean reaches(String target) {
        URI uri = URI.create("tcp://" + target);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), Math.toIntExact(CONNECT.toMillis()));
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static String get(String address) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(CONNECT.multipliedBy(2)).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                    .timeout(HEARD)
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }

    /** Its Service, and where it is on the nodes that have it. */
    private static List<String> apiServer() {
        V1Service service = real.cluster
                .get(Kind.SERVICE, Address.in("default", "kubernetes"))
                .orElseThrow();
        V1ServicePort port = service.getSpec().getPorts().getFirst();
        List<String> onNodes = nodes().stream()
                .map(node -> node + ":" + port.getTargetPort().getIntValue())
                .filter(RealNetworkPoliciesIT::reaches)
                .toList();
        assertThat(onNodes).isNotEmpty();
        return Stream.concat(Stream.of(service.getSpec().getClusterIP() + ":" + port.getPort()), onNodes.stream())
                .toList();
    }

    /** Where each node is. */
    private static List<String> nodes() {
        return real.cluster.list(Kind.NODE, Selection.everywhere()).stream()
                .flatMap(node -> node.getStatus().getAddresses().stream()
                        .filter(address -> address.getType().equals("InternalIP"))
                        .limit(1))
                .map(V1NodeAddress::getAddress)
                .toList();
    }

    /** Its addresses in networks of more than one, as the nodes' and the pods' own. */
    private static List<String> ofThisMachine() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(network -> network.getInterfaceAddresses().stream())
                .filter(address -> address.getNetworkPrefixLength() < 32)
                .map(InterfaceAddress::getAddress)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .toList();
    }

    private static KubernetesOrchestrator orchestrator(String ingressNamespace) {
        KubernetesSettings settings = real.settings;
        return new KubernetesOrchestrator(
                real.cluster,
                new KubernetesSettings(
                        settings.owner(),
                        (project, image) -> settings.images().reference(IMAGES, image),
                        settings.login(),
                        ingressNamespace,
                        settings.storage(),
                        settings.stopGrace(),
                        settings.patience()));
    }

    private static ReleaseName release(String project) {
        return new ReleaseName(new ProjectId(project), new CommitHash("a".repeat(40)));
    }

    private record App(KubernetesOrchestrator orchestrator, ReleaseName release, Workload.Key key, Endpoint service) {
        static App start(KubernetesOrchestrator orchestrator, ReleaseName release) {
            orchestrator.createNamespace(release);
            Workload workload = workload(release);
            Endpoint service = orchestrator.start(workload).endpoint().orElseThrow();
            return new App(orchestrator, release, workload.key(), service);
        }

        void awaitReady() {
            await("%s is ready".formatted(release)).atMost(SOON).until(() -> orchestrator.isRolledOut(key));
        }

        List<V1Pod> pods() {
            return real.cluster.list(Kind.POD, Selection.in(release.toString()));
        }

        /** Of the Service and of each pod. */
        List<String> addresses() {
            return Stream.concat(
                            Stream.of(service.toString()),
                            pods().stream().map(pod -> pod.getStatus().getPodIP() + ":" + service.port()))
                    .toList();
        }

        private static Workload workload(ReleaseName release) {
            Workload.Terms usual = Workload.Terms.DEFAULT;
            return new Workload(
                    new Workload.Key(new DeploymentId(UUID.randomUUID()), "web", 0),
                    new Project(release.project(), Instant.EPOCH, 1, Optional.empty()),
                    release,
                    RuntimeSpec.parse("go"),
                    Command.parse("/app/serve"),
                    "/app",
                    Map.of("RELEASE", new SecretValue(release.toString())),
                    new Workload.Image(real.image, List.of()),
                    List.of(),
                    new Workload.Terms(
                            new Resources(32L << 20, 100),
                            new Scaling(REPLICAS, REPLICAS),
                            usual.health(),
                            usual.strategy(),
                            usual.drain()),
                    new Workload.Port.Assigned());
        }
    }
}
