package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import im.backend.file.FileTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * K3s in a container, started once for all the test classes that register it, and ended with the last of them. Skips them
 * where no Docker engine answers, or where its image is not to be had.
 *
 * <p>Its pods and services are reached by two routes of this machine through the container, in networks of their own, so that
 * a cluster of this machine is not touched. Therefore it enforces no NetworkPolicy: for K3s this machine is not the node, from
 * which alone the platform's probes would be let in.
 */
public final class K3s implements BeforeAllCallback {
    /** Names another image that takes K3s' command line, for a machine that can not pull K3s' own. */
    static final String IMAGE_VARIABLE = "BACKENDIM_TEST_K3S_IMAGE";

    /** The version that install.sh installs, as the image's tag has it. */
    static final String VERSION = "v1.34.1-k3s1";

    private static final String OWN_IMAGE = "rancher/k3s";
    private static final String PODS = "10.242.0.0/16";
    private static final String SERVICES = "10.243.0.0/16";
    private static final List<String> NETWORKS = List.of(PODS, SERVICES);
    private static final Duration PULL_MAX = Duration.ofMinutes(5);
    private static final Duration READY_MAX = Duration.ofMinutes(3);

    private Node node;

    /**
     * @param registry where it looks for images, over HTTP: whoever has some listens there
     * @param folder that it sees under the same path
     */
    public record Node(Path kubeconfig, InetSocketAddress registry, Path folder) {}

    @Override
    public void beforeAll(ExtensionContext context) {
        node = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(K3s.class))
                .computeIfAbsent(Started.class, first -> start(), Started.class)
                .node;
    }

    public Node node() {
        return node;
    }

    private static Started start() {
        assumeThat(System.getProperty("os.name")).as("K3s needs Linux").isEqualTo("Linux");
        assumeThat(Files.exists(Path.of("/var/run/docker.sock")) || System.getenv("DOCKER_HOST") != null)
                .as("K3s runs in Docker, and neither /var/run/docker.sock nor DOCKER_HOST leads to an engine")
                .isTrue();
        assumeThat(System.getProperty("user.name"))
                .as("only root makes the routes to K3s' pods")
                .isEqualTo("root");
        assumeThat(engineAnswers())
                .as("K3s runs in Docker, whose engine does not answer or can not pull Testcontainers' own image"
                        + " (TESTCONTAINERS_RYUK_DISABLED=true does without)")
                .isTrue();
        DockerImageName image = DockerImageName.parse(
                        Objects.requireNonNullElse(System.getenv(IMAGE_VARIABLE), OWN_IMAGE + ":" + VERSION))
                .asCompatibleSubstituteFor(OWN_IMAGE);
        assumeThat(canBeHad(image.asCanonicalNameString()))
                .as("the image %s is neither here nor to be pulled (%s names another)", image, IMAGE_VARIABLE)
                .isTrue();
        try {
            return Started.from(image);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static boolean engineAnswers() {
        try {
            DockerClientFactory.instance().client();
            return true;
        } catch (RuntimeException unavailable) { // each reason has a class of its own
            return false;
        }
    }

    /** Testcontainers itself would ask again and again where there is no network. */
    private static boolean canBeHad(String image) {
        DockerClient engine = DockerClientFactory.lazyClient();
        try {
            engine.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException pulled) {
            try {
                return engine.pullImageCmd(image)
                        .exec(new PullImageResultCallback())
                        .awaitCompletion(PULL_MAX.toSeconds(), TimeUnit.SECONDS);
            } catch (DockerException refused) {
                return false;
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }
    }

    private static final class Started implements AutoCloseable {
        private final Path folder;
        private final K3sContainer container;
        private final Node node;

        private Started(Path folder, InetSocketAddress registry, K3sContainer container) {
            this.folder = folder;
            this.container = container;
            this.node = new Node(folder.resolve("kubeconfig"), registry, folder);
        }

        static Started from(DockerImageName image) throws IOException {
            Path folder = Files.createTempDirectory("backendim-k3s");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            InetSocketAddress registry = free(gateway());
            K3sContainer container = new K3sContainer(image);
            container
                    .withCommand(
                            "server",
                            "--tls-san=" + container.getHost(),
                            "--cluster-cidr=" + PODS,
                            "--service-cidr=" + SERVICES,
                            "--disable=traefik,servicelb,metrics-server,coredns,local-storage",
                            "--disable-network-policy")
                    .withFileSystemBind(folder.toString(), folder.toString(), BindMode.READ_WRITE)
                    .withCopyToContainer(Transferable.of(mirrors(registry)), "/etc/rancher/k3s/registries.yaml")
                    .withStartupTimeout(READY_MAX);
            Started started = new Started(folder, registry, container);
            try {
                started.open();
            } catch (IOException | RuntimeException | Error failed) {
                started.close();
                throw failed;
            }
            return started;
        }

        private void open() throws IOException {
            container.start();
            Files.writeString(node.kubeconfig, container.getKubeConfigYaml());
            NETWORKS.forEach(network -> assertThat(route("replace", network)).isZero());
            try (Cluster cluster = Cluster.open(ClusterSettings.of(node.kubeconfig))) {
                await("K3s' node").atMost(READY_MAX).until(() -> isReady(cluster));
            }
        }

        @Override
        public void close() throws IOException {
            if (container.isRunning()) {
                NETWORKS.forEach(network -> route("delete", network));
            }
            container.stop();
            new FileTree(folder).delete();
        }

        /** Returns the exit code. */
        private int route(String verb, String network) {
            String address = container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
                    .findFirst()
                    .orElseThrow()
                    .getIpAddress();
            try {
                return new ProcessBuilder("ip", "route", verb, network, "via", address)
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException failed) {
                throw new AssertionError(failed);
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }

        private static boolean isReady(Cluster cluster) {
            return cluster.list(Kind.NODE, Selection.everywhere()).stream()
                    .flatMap(node -> node.getStatus().getConditions().stream())
                    .anyMatch(condition -> condition.getType().equals("Ready")
                            && condition.getStatus().equals("True"));
        }

        /** This machine, as containers of Docker's usual network see it. */
        private static InetAddress gateway() throws IOException {
            Network network = DockerClientFactory.lazyClient()
                    .inspectNetworkCmd()
                    .withNetworkId("bridge")
                    .exec();
            return InetAddress.getByName(
                    network.getIpam().getConfig().getFirst().getGateway());
        }

        private static InetSocketAddress free(InetAddress address) throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, address)) {
                return new InetSocketAddress(address, socket.getLocalPort());
            }
        }

        /** As install.sh writes them. */
        private static String mirrors(InetSocketAddress registry) {
            String authority = registry.getAddress().getHostAddress() + ":" + registry.getPort();
            return """
                mirrors:
                  "%s":
                    endpoint:
                      - "http://%s"
                """.formatted(authority, authority);
        }
    }
}
