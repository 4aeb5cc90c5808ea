package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import im.backend.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client certificates in a kubeconfig, as clusters hand them out, against a server that lets in nobody without one. */
final class ClusterKeysTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        assumeThat(openssl("version")).as("openssl makes the keys").isTrue();
        openssl("ecparam -name prime256v1 -genkey -noout -out ca.key");
        openssl("req -x509 -new -key ca.key -subj /CN=authority -days 2 -out ca.crt");
        openssl("ecparam -name prime256v1 -genkey -noout -out server.key");
        Files.writeString(folder.resolve("names"), "subjectAltName=IP:127.0.0.1");
        sign("server", "/CN=server", "-extfile names");
        openssl("pkcs12 -export -inkey server.key -in server.crt -out server.p12 -passout pass:" + PASSWORD);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new OnlyWithCertificate(context()));
        server.createContext("/version", ClusterKeysTest::tellCaller);
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /** K3s writes EC keys in the old form of OpenSSL and kubeadm RSA keys; cert-manager writes PKCS 8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ecparam -name prime256v1 -genkey -noout -out KEY",
                "ecparam -name secp384r1 -genkey -noout -out KEY",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out KEY",
                "genrsa -out KEY 2048",
                "genpkey -algorithm RSA -out KEY"
            })
    void aClientCertificateIsShownWhateverItsKey(String making) throws Exception {
        openssl(making.replace("KEY", "client.key"));
        sign("client", "/O=system:masters/CN=admin", "");
        // As K3s does it: the certificate, and after it the authority's.
        Files.writeString(folder.resolve("client.crt"), text("client.crt") + text("ca.crt"));

        try (Cluster cluster = Cluster.open(settings(
                "client-certificate-data: " + encoded("client.crt") + ", client-key-data: " + encoded("client.key")))) {
            assertThat(cluster.version()).contains("CN=admin");
        }
    }

    @Test
    void withoutACertificateItIsNotLetIn() {
        try (Cluster cluster = Cluster.open(settings("token: none"))) {
            assertThatThrownBy(cluster::version).isInstanceOf(ProblemException.class);
        }
    }

    private ClusterSettings settings(String user) {
        try {
            Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: one, cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}}]
                users: [{name: admin, user: {%s}}]
                contexts: [{name: one, context: {cluster: one, user: admin}}]
                current-context: one
                """.formatted(
                            server.getAddress().getPort(), encoded("ca.crt"), user));
            return ClusterSettings.of(kubeconfig).withPatience(Duration.ofSeconds(2));
        } catch (IOException unwritable) {
            throw new java.io.UncheckedIOException(unwritable);
        }
    }

    private void sign(String name, String subject, String further) throws Exception {
        openssl("req -new -key %1$s.key -subj %2$s -out %1$s.csr".formatted(name, subject));
        openssl("x509 -req -in %1$s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out %1$s.crt %2$s"
                .formatted(name, further));
    }

    private boolean openssl(String arguments) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/openssl"))) {
            return false;
        }
        List<String> command = Stream.concat(
                        Stream.of("/usr/bin/openssl"),
                        Stream.of(arguments.strip().split(" +")))
                .toList();
        java.lang.Process program = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as("%s: %s", command, output).isZero();
        return true;
    }

    private SSLContext context() throws GeneralSecurityException, IOException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("server.p12"))), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority",
                java.security.cert.CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("ca.crt")))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    private String encoded(String file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve(file)));
    }

    private static void tellCaller(HttpExchange exchange) throws IOException {
        String caller = Objects.requireNonNull(
                        ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal())
                .getName();
        byte[] body = "{\"gitVersion\": \"%s\"}".formatted(caller).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static final class OnlyWithCertificate extends HttpsConfigurator {
        OnlyWithCertificate(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
        }
    }
}
