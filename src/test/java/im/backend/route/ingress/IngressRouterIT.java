package im.backend.route.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.DiscoveryV1EndpointPort;
import io.kubernetes.client.openapi.models.V1Endpoint;
import io.kubernetes.client.openapi.models.V1EndpointConditions;
import io.kubernetes.client.openapi.models.V1EndpointSlice;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Routes on the API server of a real cluster; where {@code BACKENDIM_TEST_INGRESS} names the address of its controller, as
 * {@code http://127.0.0.1:8088}, requests go through it.
 */
@Tag("slow")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class IngressRouterIT {
    private static final String OWNER = "ingress-router-test";

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final Hostname host = new Hostname("shop-" + run + ".test");
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> namespaces = new ArrayList<>();
    private Cluster cluster;

    @BeforeEach
    void open() {
        String kubeconfig = System.getenv("BACKENDIM_TEST_KUBECONFIG");
        Assumptions.assumeTrue(kubeconfig != null, "BACKENDIM_TEST_KUBECONFIG names no cluster");
        cluster = Cluster.open(ClusterSettings.of(Path.of(kubeconfig)));
    }

    @AfterEach
    void close() {
        servers.forEach(server -> server.stop(0));
        if (cluster != null) {
            namespaces.forEach(
                    name -> cluster.delete(Kind.NAMESPACE, Address.ofCluster(name), Cluster.Propagation.BACKGROUND));
            cluster.close();
        }
    }

    @Test
    void aHostPointsWhereItWasPublishedForEveryServer() throws Exception {
        Endpoint first = release("one");
        Endpoint second = release("two");
        IngressRouter router = router(Optional.empty());
        assertThat(router.endpoints(host)).isEmpty();

        assertThat(router.publish(host, List.of(first)).await(Duration.ZERO)).isTrue();
        assertThat(router(Optional.empty()).endpoints(host)).containsExactly(first);

        assertThat(router.publish(host, List.of(second)).await(Duration.ofSeconds(5)))
                .isTrue();
        assertThat(router(Optional.empty()).endpoints(host)).containsExactly(second);
        assertThat(ingresses()).as("the old one is gone").hasSize(1);

        assertThat(router.publish(host, List.of(second)).await(Duration.ZERO)).isTrue();
        router.withdraw(host);
        assertThat(router.endpoints(host)).isEmpty();
        assertThat(router.withdraw(host).await(Duration.ZERO)).isTrue();
    }

    @Test
    void anAddressThatNoServiceOfOursHasIsRefused() {
        IngressRouter router = router(Optional.empty());

        assertThatThrownBy(() -> router.publish(host, List.of(new Endpoint("10.43.0.1", 443))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("10.43.0.1:443");
        assertThatThrownBy(() -> router.publish(host, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCertificateGoesAlongToTheNextRelease() throws Exception {
        Endpoint first = release("one");
        Endpoint second = release("two");
        IngressRouter router = router(Optional.of("letsencrypt"));
        router.publish(host, List.of(first));
        cluster.apply(
                Kind.SECRET,
                new V1Secret()
                        .metadata(new V1ObjectMeta()
                                .namespace(namespaces.getFirst())
                                .name("tls-" + host)
                                .annotations(Map.of("cert-manager.io/issuer-name", "letsencrypt")))
                        .type("kubernetes.io/tls")
                        .data(Map.of("tls.crt", "c".getBytes(), "tls.key", "k".getBytes())));

        router.publish(host, List.of(second));

        V1Secret taken = cluster.get(Kind.SECRET, Address.in(namespaces.getLast(), "tls-" + host))
                .orElseThrow();
        assertThat(taken.getData().get("tls.crt")).isEqualTo("c".getBytes());
        assertThat(taken.getMetadata().getAnnotations()).containsEntry("cert-manager.io/issuer-name", "letsencrypt");
        assertThat(ingresses()).singleElement().satisfies(ingress -> {
            assertThat(ingress.getMetadata().getAnnotations())
                    .containsEntry("cert-manager.io/cluster-issuer", "letsencrypt");
            assertThat(ingress.getSpec().getTls().getFirst().getHosts()).containsExactly(host.value());
        });
    }

    @Test
    void aRouteMovesUnderTrafficWithoutAFailedRequest() throws Exception {
        String controller = System.getenv("BACKENDIM_TEST_INGRESS");
        Assumptions.assumeTrue(controller != null, "BACKENDIM_TEST_INGRESS names no ingress controller");
        URI address = URI.create(controller);
        Endpoint first = release("one");
        Endpoint second = release("two");
        IngressRouter router = router(Optional.empty());
        router.publish(host, List.of(first));
        await("the first release behind the controller")
                .until(() -> ask(address).endsWith("one"));
        List<String> answers = new CopyOnWriteArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread traffic = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                answers.add(ask(address));
            }
        });

        router.publish(host, List.of(second));
        await("the second release behind the controller")
                .until(() -> answers.getLast().endsWith("two"));
        over.set(true);
        traffic.join();

        assertThat(answers).hasSizeGreaterThan(20).allMatch(answer -> answer.startsWith("HTTP/1.1 200"));
    }

    private IngressRouter router(Optional<String> issuer) {
        return new IngressRouter(
                new IngressSettings(OWNER, IngressSettings.TRAEFIK, issuer, Duration.ofSeconds(1)), cluster);
    }

    private List<io.kubernetes.client.openapi.models.V1Ingress> ingresses() {
        return cluster.list(Kind.INGRESS, Selection.everywhere().where("metadata.name", host.value()));
    }

    /** A namespace with a Service whose only endpoint is a server of this test, which says the name. */
    private Endpoint release(String name) throws IOException {
        String node = nodeAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(node, 0), 100);
        server.createContext("/", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        String namespace = "route-" + run + "-" + name;
        namespaces.add(namespace);
        cluster.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name(namespace)));
        int port = server.getAddress().getPort();
        V1Service service = cluster.apply(
                Kind.SERVICE,
                new V1Service()
                        .metadata(new V1ObjectMeta()
                                .namespace(namespace)
                                .name("web")
                                .labels(Map.of("backend.im/owner", OWNER)))
                        .spec(new V1ServiceSpec()
                                .ports(List.of(new V1ServicePort().name("http").port(port)))));
        Kind<V1EndpointSlice> slices = new Kind<>(
                V1EndpointSlice.class,
                "discovery.k8s.io",
                "v1",
                "EndpointSlice",
                "endpointslices",
                Kind.Reach.NAMESPACE);
        cluster.apply(
                slices,
                new V1EndpointSlice()
                        .metadata(new V1ObjectMeta()
                                .namespace(namespace)
                                .name("web")
                                .labels(Map.of("kubernetes.io/service-name", "web")))
                        .addressType("IPv4")
                        .endpoints(List.of(new V1Endpoint()
                                .addresses(List.of(node))
                                .conditions(new V1EndpointConditions().ready(true))))
                        .ports(List.of(new DiscoveryV1EndpointPort()
                                .name("http")
                                .port(port)
                                .protocol("TCP"))));
        return new Endpoint(service.getSpec().getClusterIP(), port);
    }

    private String nodeAddress() {
        return cluster.list(Kind.NODE, Selection.everywhere()).getFirst().getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .findFirst()
                .orElseThrow()
                .getAddress();
    }

    /** Status line and body. */
    private String ask(URI controller) {
        try (Socket socket = new Socket(controller.getHost(), controller.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("") + " " + answer.substring(answer.lastIndexOf('\n') + 1);
        } catch (IOException failed) {
            return failed.toString();
        }
    }
}
