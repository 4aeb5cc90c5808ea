package im.backend.build.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import im.backend.build.ImageBase;
import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.base.ImageBasesSettings;
import im.backend.build.base.RegistryImageBases;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.registry.NewManifest;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the stock registry with a password, where it is installed, and against servers that lie. */
class ExternalRegistryTest {
    private static final ProjectId SHOP = new ProjectId("admin-shop");
    private static final ProjectId BLOG = new ProjectId("admin-blog");
    private static final Duration STALL_MAX = Duration.ofSeconds(2);
    /** Of robot and testpassword, as htpasswd -B writes it. */
    private static final String PASSWORD_LINE = "robot:$2y$05$wm3WyP03b4LjmNf3DIz91e/hRru6jyu6YSTf2qvN7h20nM3wFwORK";

    private static final int BASE_BYTES = 512 * 1024;

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();
    private DiskRegistry registry;
    private Optional<Process> stock = Optional.empty();

    @BeforeEach
    void open() {
        registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), Clock.systemUTC());
        registry.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        if (stock.isPresent()) {
            stock.get().destroy();
            stock.get().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anImageGoesThereWholeAndComesBackUnderItsDigest() throws Exception {
        URI url = startStock();
        Digest image = image(SHOP, "one");

        destination(url, "testpassword").send(SHOP, image, List.of("v1"), lines::add);

        ImageBase back = bases(url, Map.of()).pull(ImageReference.parse(url.getAuthority() + "/team/admin/shop:v1"));
        assertThat(back.digest()).isEqualTo(image);
    }

    @Test
    void onlyWhatIsNewIsSent() throws Exception {
        URI url = startStock();
        ExternalRegistry destination = destination(url, "testpassword");
        destination.send(SHOP, image(SHOP, "one"), List.of("v1"), lines::add);
        assertThat(kibibytesSent()).isGreaterThanOrEqualTo(BASE_BYTES / 1024);

        destination.send(SHOP, image(SHOP, "one"), List.of("v2"), lines::add);
        assertThat(kibibytesSent()).as("the same image").isZero();

        destination.send(SHOP, image(SHOP, "two"), List.of("v3"), lines::add);
        assertThat(kibibytesSent()).as("another app on the same base").isLessThan(3);

        destination.send(BLOG, image(BLOG, "one"), List.of("v1"), lines::add);
        assertThat(kibibytesSent()).as("another project: taken from the first").isZero();

        destination(url, "testpassword").send(SHOP, image(SHOP, "one"), List.of("v4"), lines::add);
        assertThat(kibibytesSent()).as("after a restart").isZero();
    }

    @Test
    void aWrongPasswordIsToldAsSuch() throws Exception {
        URI url = startStock();
        Digest image = image(SHOP, "one");

        assertThatThrownBy(() -> destination(url, "wrong").send(SHOP, image, List.of("v1"), lines::add))
                .hasMessageStartingWith("push-failed")
                .hasMessageContaining("registry.password-file");
    }

    @Test
    void aMirrorIsAskedInsteadOfTheHostInTheName() throws Exception {
        URI url = startStock();
        ExternalRegistry destination = new ExternalRegistry(settings(url, "testpassword"), registry);
        ProjectId python = new ProjectId("library-python");
        destination.send(python, image(python, "python"), List.of("3.12"), lines::add);

        ImageBase base = bases(url, Map.of("docker.io", url)).pull(ImageReference.parse("python:3.12"));

        assertThat(base.reference()).hasToString("docker.io/library/python:3.12");
        assertThat(base.repository()).isEqualTo("base/docker.io/library/python");
    }

    @Test
    void whatARegistryDoesNotHaveIsNamed() throws Exception {
        URI url = startStock();

        assertThatThrownBy(() -> bases(url, Map.of("docker.io", url)).pull(ImageReference.parse("python:9")))
                .hasMessageStartingWith("base-unknown")
                .hasMessageContaining("library/python 9");
    }

    @Test
    void aWrongByteOnTheWayIsFound() throws Exception {
        byte[] layer = layer("one", 100);
        byte[] spoilt = layer("two", 100);
        HttpServer liar = liar(layer, spoilt);
        try {
            URI url = URI.create("http://127.0.0.1:" + liar.getAddress().getPort());

            assertThatThrownBy(() -> bases(url, Map.of("docker.io", url)).pull(ImageReference.parse("python:3")))
                    .hasMessageStartingWith("digest-mismatch");
            assertThat(registry.tags(new RepositoryName("base/docker.io/library/python")))
                    .isEmpty();
        } finally {
            liar.stop(0);
        }
    }

    @Test
    void aRegistryThatSaysNothingIsGivenUp() throws Exception {
        List<Socket> held = new ArrayList<>();
        try (ServerSocket hole = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                while (!hole.isClosed()) {
                    try {
                        held.add(hole.accept());
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
            URI url = URI.create("http://127.0.0.1:" + hole.getLocalPort());

            assertThatThrownBy(() -> bases(url, Map.of("docker.io", url)).pull(ImageReference.parse("python:3")))
                    .hasMessageStartingWith("base-unavailable")
                    .hasMessageContaining("registry import");
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    private long kibibytesSent() {
        return Long.parseLong(lines.getLast().replaceFirst(".*, ([0-9]+) KiB sent$", "$1"));
    }

    private ExternalRegistry destination(URI url, String password) {
        return new ExternalRegistry(settings(url.resolve("/team"), password), registry);
    }

    private static RemoteSettings settings(URI url, String password) {
        return new RemoteSettings(url, Optional.of(new RemoteSettings.Login("robot", password)), STALL_MAX);
    }

    private RegistryImageBases bases(URI url, Map<String, URI> mirrors) {
        return new RegistryImageBases(
                new ImageBasesSettings(
                        ImageBasesSettings.Use.AUTO, folder.resolve("spool"), Map.of(), List.of("*"), 64 << 20),
                registry,
                new Mirrors(mirrors, Optional.of(settings(url, "testpassword")), STALL_MAX),
                Platform.ofThisHost());
    }

    private URI startStock() throws IOException {
        Path program = Path.of("/usr/bin/docker-registry");
        Assumptions.assumeTrue(Files.isExecutable(program), "docker-registry is needed (apt install docker-registry)");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.writeString(folder.resolve("htpasswd"), PASSWORD_LINE + "\n");
        Path config = Files.writeString(folder.resolve("stock.yml"), """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: %1$s/stock}}
            http: {addr: "127.0.0.1:%2$d"}
            auth: {htpasswd: {realm: test, path: %1$s/htpasswd}}
            """.formatted(folder, port));
        stock = Optional.of(new ProcessBuilder(program.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("stock.log").toFile())
                .start());
        await("the stock registry").atMost(Duration.ofSeconds(20)).until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return URI.create("http://127.0.0.1:" + port);
    }

    /** A base layer that all share, and one with the text. */
    private Digest image(ProjectId project, String text) throws IOException {
        RepositoryName repository = RepositoryName.of(project);
        byte[] base = layer("base", BASE_BYTES);
        byte[] app = layer(text, 10);
        byte[] configuration = configuration(base, app);
        List<StoredBlob> stored = new ArrayList<>();
        for (byte[] blob : List.of(configuration, gzip(base), gzip(app))) {
            stored.add(registry.blobs().write(repository, out -> out.write(blob)));
        }
        byte[] manifest = manifest(stored.get(0), stored.subList(1, stored.size()));
        return registry.put(
                        repository, new NewManifest(manifest, "application/vnd.oci.image.manifest.v1+json", List.of()))
                .digest();
    }

    private static byte[] manifest(StoredBlob configuration, List<StoredBlob> layers) {
        StringBuilder json = new StringBuilder("""
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%s", "size": %d}, "layers": [\
            """.formatted(configuration.digest(), configuration.sizeBytes()));
        for (StoredBlob layer : layers) {
            json.append(layer == layers.getFirst() ? "" : ",").append("""
                {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "%s", "size": %d}\
                """.formatted(layer.digest(), layer.sizeBytes()));
        }
        return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] configuration(byte[]... tars) {
        List<String> diffIds = new ArrayList<>();
        for (byte[] tar : tars) {
            diffIds.add("\"" + digest(tar) + "\"");
        }
        Platform platform = Platform.ofThisHost();
        return """
            {"architecture": "%s", "os": "%s", "config": {}, "rootfs": {"type": "layers", "diff_ids": [%s]}}\
            """.formatted(platform.architecture(), platform.os(), String.join(",", diffIds))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The manifest names one layer, and the blob is another. */
    private static HttpServer liar(byte[] layer, byte[] spoilt) throws IOException {
        byte[] configuration = configuration(layer);
        byte[] packed = gzip(layer);
        byte[] manifest = manifest(
                new StoredBlob(digest(configuration), configuration.length),
                List.of(new StoredBlob(digest(packed), packed.length)));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/v2/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] answer = path.contains("/manifests/")
                    ? manifest
                    : path.endsWith(digest(configuration).value()) ? configuration : gzip(spoilt);
            if (path.contains("/manifests/")) {
                exchange.getResponseHeaders().add("Content-Type", "application/vnd.oci.image.manifest.v1+json");
            }
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer);
            }
        });
        server.start();
        return server;
    }

    private static byte[] layer(String seed, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(seed.hashCode()).nextBytes(content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            TarArchiveEntry entry = new TarArchiveEntry("opt/" + seed);
            entry.setSize(bytes);
            entry.setModTime(0);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static Digest digest(byte[] bytes) {
        return Digest.of(Digest.Algorithm.SHA256, bytes);
    }
}
