package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.registry.disk.RegistryLimits;
import im.backend.server.RegistryClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send that do not mean well, and what breaks off. */
class OciHostileIT {
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final RegistryLimits SMALL =
            new RegistryLimits(1 << 20, 64 * 1024, 2 << 20, 4, Duration.ofHours(24), Duration.ofHours(24));

    @TempDir
    private Path folder;

    private RegistryFixture fixture;
    private RegistryClient client;

    @BeforeEach
    void start() {
        fixture = new RegistryFixture(folder, SMALL, false).start();
        client = fixture.client("root");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPPER/case",
                "a_/b",
                "-a/b",
                "a..b/c",
                "a/_tags",
                "_tags/a",
                "a/-",
                "a___b",
                "a:b/c",
                "a@b/c",
                "a+b/c",
                "é/a"
            })
    void aBadRepositoryNameIsNamed(String name) throws Exception {
        String path = "/v2/"
                + new java.net.URI("http", "h", "/" + name, null)
                        .toASCIIString()
                        .substring("http://h/".length()) + "/tags/list";

        Reply reply = client.get(path);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo("NAME_INVALID");
        assertThat(repositories()).isEmpty();
    }

    @Test
    void aNameOf256CharactersIsTooLong() {
        assertThat(client.get("/v2/" + "a".repeat(255) + "/tags/list").status()).isEqualTo(200);
        assertThat(client.get("/v2/" + "a".repeat(256) + "/tags/list").error()).isEqualTo("NAME_INVALID");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/a/../../etc/manifests/x",
                "/v2/a%2fb/tags/list",
                "/v2/a/%2e%2e/%2e%2e/tags/list",
                "/v2/a//b/tags/list",
                "/v2/a/blobs/..%2f..%2fkeys",
                "/v2/a;x/tags/list",
                "/v2/a%00/tags/list",
                "/v2/a\\b/tags/list"
            })
    void aPathThatCouldMeanTwoThingsIsRefusedBeforeItIsRead(String path) throws IOException {
        String answer = raw("PUT " + path + " HTTP/1.1\r\nHost: x\r\n" + login() + "Content-Length: 0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400");
        assertThat(repositories()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:",
                "sha256:abc",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                "sha256:../../x",
                "SHA256:aa",
                "x:y"
            })
    void aBadDigestIsNamed(String digest) {
        String encoded = digest.replace("/", "%2f");
        if (encoded.equals(digest)) {
            assertThat(client.get("/v2/a/b/blobs/" + digest).error()).isEqualTo("DIGEST_INVALID");
            assertThat(client.get("/v2/a/b/manifests/" + digest).error()).isEqualTo("DIGEST_INVALID");
        }
        assertThat(client.post("/v2/a/b/blobs/uploads/?digest=" + encoded).error())
                .isEqualTo("DIGEST_INVALID");
        assertThat(client.post("/v2/a/b/blobs/uploads/?mount=" + encoded).error())
                .isEqualTo("DIGEST_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {".hidden", "-x", "a+b", "a b", "ümlaut"})
    void aBadTagIsNamed(String tag) throws Exception {
        String path = new java.net.URI("http", "h", "/v2/a/b/manifests/" + tag, null)
                .toASCIIString()
                .substring(8);
        Reply put = client.send("PUT", path, bytes("{}"), "Content-Type", IMAGE);

        assertThat(put.status()).isEqualTo(400);
        assertThat(put.error()).isEqualTo("MANIFEST_INVALID");
        assertThat(client.putManifest("a/b", "t".repeat(129), IMAGE, bytes("{}"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aManifestThatIsNoneIsRefusedWithItsReason() {
        Digest there = client.push("a/b", bytes("x"));
        String whole = "{\"schemaVersion\":2,\"config\":{\"digest\":\"" + there + "\"}}";

        for (String broken : List.of("", "{", "null", "[]", "{} x", "\"text\"", "{\"layers\":3}", "{\"config\":{}}")) {
            Reply reply = client.putManifest("a/b", "v1", IMAGE, bytes(broken));
            assertThat(reply.status()).as(broken).isEqualTo(400);
            assertThat(reply.error()).isEqualTo("MANIFEST_INVALID");
        }
        for (String type : List.of("text/plain", "application/json", "application/vnd.oci.image.config.v1+json")) {
            assertThat(client.putManifest("a/b", "v1", type, bytes(whole)).error())
                    .isEqualTo("MANIFEST_INVALID");
        }
        assertThat(client.putManifest("a/b", "v1", IMAGE, bytes("{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000)))
                        .status())
                .isEqualTo(400);
        assertThat(client.get("/v2/a/b/tags/list").at("/tags")).isEmpty();
        assertThat(client.putManifest("a/b", "v1", IMAGE + "; charset=utf-8", bytes(whole))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aManifestThatNamesAbsentBlobsIsRefused() {
        Digest absent = Digest.of(Digest.Algorithm.SHA256, bytes("absent"));
        Reply image = client.putManifest("a/b", "v1", IMAGE, bytes("{\"config\":{\"digest\":\"" + absent + "\"}}"));
        Reply index = client.putManifest(
                "a/b",
                "v1",
                "application/vnd.oci.image.index.v1+json",
                bytes("{\"manifests\":[{\"digest\":\"" + absent + "\"}]}"));

        for (Reply reply : List.of(image, index)) {
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.error()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
        }
    }

    @Test
    void whatIsTooLargeIsRefused() {
        byte[] manifest = bytes("{\"annotations\":{\"a\":\"" + "x".repeat(64 * 1024) + "\"}}");
        Reply tooLong = client.putManifest("a/b", "v1", IMAGE, manifest);
        assertThat(tooLong.status()).isEqualTo(413);
        assertThat(tooLong.error()).isEqualTo("MANIFEST_INVALID");
        assertThat(client.stream("PUT", "/v2/a/b/manifests/v1", manifest, "Content-Type", IMAGE)
                        .status())
                .isEqualTo(413);

        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");
        byte[] half = new byte[600 * 1024];
        assertThat(client.send("PATCH", location, half).status()).isEqualTo(202);
        Reply over = client.stream("PATCH", location, half);
        assertThat(over.status()).isEqualTo(413);
        assertThat(over.error()).isEqualTo("SIZE_INVALID");
    }

    @Test
    void tenGibibytesAreRefusedBeforeTheyAreSent() throws IOException {
        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");

        for (String expect : List.of("", "Expect: 100-continue\r\n")) {
            String answer = raw("PATCH " + location + " HTTP/1.1\r\nHost: x\r\n" + login() + expect
                    + "Content-Length: 10737418240\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 413").contains("SIZE_INVALID");
        }
        assertThat(client.get(location).header("Range")).isEqualTo("0-0");
    }

    @Test
    void aPushOverTheQuotaIsDeniedAndDeletingMakesRoom() {
        byte[] blob = new byte[900 * 1024];
        Digest first = client.push("a/b", blob);
        blob[0] = 1;
        client.push("a/b/deeper", blob);
        blob[0] = 2;
        Reply denied =
                client.send("POST", "/v2/a/b/blobs/uploads/?digest=" + Digest.of(Digest.Algorithm.SHA256, blob), blob);

        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.error()).isEqualTo("DENIED");
        assertThat(client.push("a/other", blob)).isNotNull();
        client.delete("/v2/a/b/blobs/" + first);
        assertThat(client.push("a/b", blob)).isNotNull();
    }

    @Test
    void aLiedChunkIsRefused() {
        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");

        assertThat(client.send("PATCH", location, bytes("four"), "Content-Range", "0-9")
                        .error())
                .isEqualTo("SIZE_INVALID");
        assertThat(client.send("PATCH", location, bytes("four"), "Content-Range", "nonsense")
                        .status())
                .isEqualTo(400);
        assertThat(client.send("PATCH", location, bytes("four"), "Content-Range", "9-3")
                        .status())
                .isEqualTo(400);
        assertThat(client.send("PATCH", location, bytes("four"), "Content-Range", "0-3")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void anUploadThatBreaksOffGoesOnWhereItStopped() throws IOException {
        byte[] blob = new byte[400_000];
        Arrays.fill(blob, (byte) 7);
        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");
        try (Socket socket = new Socket("127.0.0.1", fixture.port())) {
            socket.getOutputStream()
                    .write(bytes("PATCH " + location + " HTTP/1.1\r\nHost: x\r\n" + login()
                            + "Content-Length: 400000\r\n\r\n"));
            socket.getOutputStream().write(blob, 0, 150_000);
            socket.getOutputStream().flush();
        }
        long there =
                org.awaitility.Awaitility.await().until(() -> position(location), position -> position >= 149_999) + 1;

        Reply rest = client.send(
                "PATCH",
                location,
                Arrays.copyOfRange(blob, (int) there, blob.length),
                "Content-Range",
                there + "-" + (blob.length - 1));
        assertThat(rest.status()).isEqualTo(202);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, blob);
        assertThat(client.send("PUT", location + "?digest=" + digest, new byte[0])
                        .status())
                .isEqualTo(201);
    }

    private long position(String location) {
        String range = client.get(location).header("Range");
        return Long.parseLong(range.substring(range.indexOf('-') + 1));
    }

    @Test
    void anUploadGoesOnAfterARestart() {
        byte[] blob = bytes("first half, second half");
        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");
        client.send("PATCH", location, Arrays.copyOf(blob, 11));

        client = fixture.restart().client("root");

        assertThat(client.get(location).header("Range")).isEqualTo("0-10");
        client.send("PATCH", location, Arrays.copyOfRange(blob, 11, blob.length));
        Digest digest = Digest.of(Digest.Algorithm.SHA256, blob);
        assertThat(client.send("PUT", location + "?digest=" + digest, new byte[0])
                        .status())
                .isEqualTo(201);
        assertThat(client.get("/v2/a/b/blobs/" + digest).body()).isEqualTo(blob);
    }

    @Test
    void oneUserHasOnlySoManyUploadsOpenAlsoAfterARestart() {
        for (int open = 0; open < 3; open++) {
            assertThat(client.post("/v2/a/b" + open + "/blobs/uploads/").status())
                    .isEqualTo(202);
        }
        String location = client.post("/v2/a/b/blobs/uploads/").header("Location");

        Reply refused = client.post("/v2/a/other/blobs/uploads/");
        client = fixture.restart().client("root");
        Reply stillRefused = client.post("/v2/a/b/blobs/uploads/");

        assertThat(List.of(refused.status(), stillRefused.status())).containsOnly(429);
        assertThat(refused.error()).isEqualTo("TOOMANYREQUESTS");
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        assertThat(refused.json().at("/errors/0/message").asText()).contains("registry.uploads-max");
        assertThat(client.delete(location).status()).isEqualTo(204);
        assertThat(client.post("/v2/a/b/blobs/uploads/").status()).isEqualTo(202);
    }

    @Test
    void aKnownPathSaysWhichMethodsItTakes() {
        assertThat(client.post("/v2/_catalog").header("Allow")).isEqualTo("GET, HEAD");
        assertThat(client.delete("/v2/a/b/tags/list").status()).isEqualTo(405);
        assertThat(client.send("PATCH", "/v2/a/b/manifests/v1", bytes("x")).header("Allow"))
                .isEqualTo("GET, HEAD, PUT, DELETE");
        assertThat(client.get("/v2/a/b").status()).isEqualTo(404);
        assertThat(client.get("/v2/a/b").at("/errors")).hasSize(1);
    }

    private List<Path> repositories() throws IOException {
        try (Stream<Path> found = Files.walk(fixture.folder().resolve("repositories"))) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private static String login() {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(bytes("x:root")) + "\r\n";
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", fixture.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(bytes(request));
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[4_096];
            int length = 0;
            for (int read = in.read(answer); read > 0; read = in.read(answer, length, answer.length - length)) {
                length += read;
                if (new String(answer, 0, length, StandardCharsets.UTF_8).endsWith("}")) {
                    break;
                }
            }
            return new String(answer, 0, length, StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
