package im.backend.route.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What routes are on a cluster: runs on the API server of our own and, where one is named, on a real one. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class IngressRouterContract {
    private static final String OWNER = "ingress-router-test";

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    final Hostname host = new Hostname("shop-" + run + ".test");
    final List<String> namespaces = new ArrayList<>();
    private Cluster cluster;

    /** Skips the test where there is none. */
    abstract Cluster open();

    /** Runs last. */
    abstract void stop();

    /** What makes requests to the Service arrive somewhere; returns the port. */
    abstract int serve(Cluster cluster, String namespace, String name) throws IOException;

    @BeforeEach
    void start() {
        cluster = open();
    }

    @AfterEach
    void close() {
        if (cluster != null) {
            namespaces.forEach(
                    name -> cluster.delete(Kind.NAMESPACE, Address.ofCluster(name), Cluster.Propagation.BACKGROUND));
            cluster.close();
        }
        stop();
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

    IngressRouter router(Optional<String> issuer) {
        return new IngressRouter(
                new IngressSettings(OWNER, IngressSettings.TRAEFIK, issuer, Duration.ofSeconds(1)), cluster);
    }

    private List<io.kubernetes.client.openapi.models.V1Ingress> ingresses() {
        return cluster.list(Kind.INGRESS, Selection.everywhere().where("metadata.name", host.value()));
    }

    /** A namespace with a Service that says the name. */
    Endpoint release(String name) throws IOException {
        String namespace = "route-" + run + "-" + name;
        namespaces.add(namespace);
        cluster.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name(namespace)));
        int port = serve(cluster, namespace, name);
        V1Service service = cluster.apply(
                Kind.SERVICE,
                new V1Service()
                        .metadata(new V1ObjectMeta()
                                .namespace(namespace)
                                .name("web")
                                .labels(Map.of("backend.im/owner", OWNER)))
                        .spec(new V1ServiceSpec()
                                .ports(List.of(new V1ServicePort().name("http").port(port)))));
        return new Endpoint(service.getSpec().getClusterIP(), port);
    }
}
