package im.backend.route.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Faults.Fault;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.domain.Endpoint;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the API server of our own, and what only that one can be made to do. */
final class IngressRouterTest extends IngressRouterContract {

    @TempDir
    Path folder;

    private final AtomicInteger ports = new AtomicInteger(8080);
    private FakeCluster fake;

    @Override
    Cluster open() {
        fake = new FakeCluster(folder).start();
        return Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofSeconds(5)));
    }

    @Override
    void stop() {
        fake.close();
    }

    /** Nobody asks: a route is what the objects say. */
    @Override
    int serve(Cluster cluster, String namespace, String name) {
        return ports.incrementAndGet();
    }

    @Test
    void aMoveWhoseEndIsRefusedCanBeTakenBack() throws IOException {
        Endpoint first = release("one");
        Endpoint second = release("two");
        IngressRouter router = router(Optional.empty());
        router.publish(host, List.of(first));
        fake.faults().on("delete", "ingresses", new Fault.Answer(403, 0));

        assertThatThrownBy(() -> router.publish(host, List.of(second))).isInstanceOf(ProblemException.class);
        router.publish(host, List.of(first));

        assertThat(router.endpoints(host)).containsExactly(first);
        assertThat(fake.store().list(Kind.INGRESS, ""))
                .extracting(Map.Entry::getKey)
                .singleElement()
                .satisfies(key -> assertThat(key.namespace()).isEqualTo(namespaces.getFirst()));
    }

    @Test
    void aHostThatGoesWithItsReleaseAsksForNoCertificate() throws IOException {
        IngressRouter router = router(Optional.of("letsencrypt"));

        router.publishPassing(host, List.of(release("one")));

        assertThat(fake.store().list(Kind.INGRESS, "").getFirst().getValue().toString())
                .doesNotContain("cert-manager")
                .contains("\"tls\":[]");
        assertThat(router.unsecured(host)).isEmpty();
    }

    @Test
    void whatKeepsACertificateAwayIsWhatTheInmostObjectSays() throws IOException {
        IngressRouter router = router(Optional.of("letsencrypt"));
        router.publish(host, List.of(release("one")));
        assertThat(router.unsecured(host))
                .hasValueSatisfying(why -> assertThat(why).contains("ClusterIssuer letsencrypt"));

        make(Issuance.CERTIFICATE, "tls-" + host, """
                {"status": {"conditions": [{"type": "Ready", "message": "the Secret does not exist"}]}}""");
        assertThat(router.unsecured(host)).contains("the Secret does not exist");

        make(Issuance.REQUEST, "tls-" + host + "-1", """
                {"metadata": {"annotations": {"cert-manager.io/certificate-name": "tls-%s"}},
                 "status": {"conditions": [{"type": "Ready", "message": "the issuer is not ready"}]}}""".formatted(host));
        assertThat(router.unsecured(host)).contains("the issuer is not ready");

        make(Issuance.CHALLENGE, "tls-" + host + "-1-2", """
                {"spec": {"dnsName": "%s"}, "status": {"reason": "no such host"}}""".formatted(host));
        assertThat(router.unsecured(host)).contains("no such host");
    }

    private void make(Kind<?> kind, String name, String json) throws IOException {
        fake.store().create(new ObjectKey(kind, namespaces.getFirst(), name), (ObjectNode)
                new ObjectMapper().readTree(json));
    }

    @Test
    void aMoveComesThroughCallsThatBreak() throws IOException {
        Endpoint first = release("one");
        Endpoint second = release("two");
        IngressRouter router = router(Optional.empty());
        router.publish(host, List.of(first));
        fake.faults().on("apply", "ingresses", new Fault.CutAfter());
        fake.faults().on("delete", "ingresses", new Fault.CutAfter());
        fake.faults().on("list", "ingresses", new Fault.Answer(503, 0));

        router.publish(host, List.of(second));

        assertThat(router.endpoints(host)).containsExactly(second);
        assertThat(fake.store().list(Kind.INGRESS, "")).hasSize(1);
    }
}
