package im.backend.route.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.CommitHash;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.kubernetes.KubernetesOrchestrator;
import im.backend.orchestrator.kubernetes.KubernetesSettings;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates by cert-manager and an authority that asks for each host, in the namespaces that releases have: Pod Security,
 * quota and policies must let the authority's question through. Runs where {@code ./dev cluster certificates} was.
 */
@Tag("slow")
final class RealCertificatesIT {
    private static final String OWNER = "real-certificates-test";
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final ProjectId PROJECT = new ProjectId("admin-certified");

    @TempDir
    Path folder;

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final Hostname host = new Hostname("shop-" + run + ".test");
    private final ReleaseName first = new ReleaseName(PROJECT, new CommitHash("a".repeat(40)));
    private final ReleaseName second = new ReleaseName(PROJECT, new CommitHash("b".repeat(40)));
    private Cluster cluster;
    private KubernetesOrchestrator orchestrator;
    private IngressRouter router;

    @BeforeEach
    void open() {
        String kubeconfig = System.getenv("BACKENDIM_TEST_KUBECONFIG");
        Assumptions.assumeTrue(kubeconfig != null, "BACKENDIM_TEST_KUBECONFIG names no cluster");
        cluster = Cluster.open(ClusterSettings.of(Path.of(kubeconfig)));
        Assumptions.assumeTrue(hasCertManager(), "the cluster has no cert-manager (./dev cluster certificates)");
        orchestrator = new KubernetesOrchestrator(
                cluster,
                new KubernetesSettings(
                        OWNER,
                        (project, image) -> "none",
                        Optional.empty(),
                        "kube-system",
                        new KubernetesSettings.StorageSettings(Optional.empty(), folder),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60)));
        router = new IngressRouter(
                new IngressSettings(OWNER, IngressSettings.TRAEFIK, Optional.of("backendim"), Duration.ofSeconds(1)),
                cluster);
    }

    @AfterEach
    void close() {
        if (orchestrator != null) {
            orchestrator.removeNamespace(first);
            orchestrator.removeNamespace(second);
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void theFirstReleaseGetsACertificateAndTheNextOneAsksForNone() throws Exception {
        router.publish(host, List.of(service(first)));

        assertThat(router.unsecured(host)).as("told while it is on its way").isPresent();
        await().atMost(SOON).until(() -> router.unsecured(host).isEmpty());
        await("the controller has read it")
                .atMost(SOON)
                .until(() -> shown().getIssuerX500Principal().getName().contains("Pebble"));
        X509Certificate issued = shown();
        assertThat(issued.getSubjectAlternativeNames().toString()).contains(host.value());

        router.publish(host, List.of(service(second)));
        orchestrator.removeNamespace(first);

        Address certificate = Address.in(second.toString(), "tls-" + host);
        await("cert-manager has taken it for its own")
                .atMost(SOON)
                .until(() -> cluster.get(Issuance.CERTIFICATE, certificate)
                        .flatMap(one -> one.message("Ready"))
                        .filter(message -> message.contains("up to date"))
                        .isPresent());
        assertThat(shown().getSerialNumber()).isEqualTo(issued.getSerialNumber());
        assertThat(cluster.list(Issuance.REQUEST, Selection.in(second.toString())))
                .isEmpty();
    }

    @Test
    void aHostThatTheAuthorityCanNotReachIsToldWithTheCause() {
        Hostname nowhere = new Hostname("nowhere.test"); // as the cluster's set-up has it
        router.publish(nowhere, List.of(service(first)));

        await().atMost(SOON)
                .until(() -> router.unsecured(nowhere).orElse("").contains("Waiting for HTTP-01 challenge"));
    }

    private boolean hasCertManager() {
        try {
            cluster.list(Issuance.CERTIFICATE, Selection.everywhere());
            return true;
        } catch (ProblemException absent) {
            return false;
        }
    }

    private Endpoint service(ReleaseName release) {
        orchestrator.createNamespace(release);
        V1Service service = cluster.apply(
                Kind.SERVICE,
                new V1Service()
                        .metadata(new V1ObjectMeta()
                                .namespace(release.toString())
                                .name("web")
                                .labels(Map.of(Ownership.OWNER, OWNER)))
                        .spec(new V1ServiceSpec().ports(List.of(new V1ServicePort().port(8080)))));
        return new Endpoint(service.getSpec().getClusterIP(), 8080);
    }

    /** What the controller shows whoever asks for the host; its own, which it makes itself, before there is another. */
    private X509Certificate shown() throws Exception {
        SSLContext anybody = SSLContext.getInstance("TLS");
        anybody.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
        try (SSLSocket socket = (SSLSocket) anybody.getSocketFactory().createSocket(controller(), 443)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host.value())));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(5_000);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private String controller() {
        return cluster.get(Kind.SERVICE, Address.in("kube-system", "traefik"))
                .orElseThrow()
                .getSpec()
                .getClusterIP();
    }

    /** The authority of the tests is known to nobody. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
