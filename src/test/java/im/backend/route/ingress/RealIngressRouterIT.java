package im.backend.route.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Endpoint;
import io.kubernetes.client.openapi.models.DiscoveryV1EndpointPort;
import io.kubernetes.client.openapi.models.V1Endpoint;
import io.kubernetes.client.openapi.models.V1EndpointConditions;
import io.kubernetes.client.openapi.models.V1EndpointSlice;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contract on the cluster that {@code BACKENDIM_TEST_KUBECONFIG} names; where {@code BACKENDIM_TEST_INGRESS} names the
 * address of its controller, as {@code http://127.0.0.1:8088}, requests go through it.
 */
@Tag("slow")
final class RealIngressRouterIT extends IngressRouterContract {
    private final List<HttpServer> servers = new ArrayList<>();

    @Override
    Cluster open() {
        String kubeconfig = System.getenv("BACKENDIM_TEST_KUBECONFIG");
        Assumptions.assumeTrue(kubeconfig != null, "BACKENDIM_TEST_KUBECONFIG names no cluster");
        return Cluster.open(ClusterSettings.of(Path.of(kubeconfig)));
    }

    @Override
    void stop() {
        servers.forEach(server -> server.stop(0));
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

    /** The only endpoint is a server of this test, on the node's address. */
    @Override
    int serve(Cluster cluster, String namespace, String name) throws IOException {
        String node = nodeAddress(cluster);
        HttpServer server = HttpServer.create(new InetSocketAddress(node, 0), 100);
        server.createContext("/", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        int port = server.getAddress().getPort();
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
        return port;
    }

    private static String nodeAddress(Cluster cluster) {
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
