package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.server.RegistryClient.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** OCI distribution 1.1, case by case, over HTTP: with a login and without, and for both digest algorithms. */
@Tag("slow")
class OciConformanceIT {
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String REPOSITORY = "conformance/one";
    private static final String OTHER = "conformance/two";
    private static final String BLOBS = "/v2/" + REPOSITORY + "/blobs/";
    private static final String UPLOADS = BLOBS + "uploads/";
    private static final String MANIFESTS = "/v2/" + REPOSITORY + "/manifests/";

    @TempDir
    private Path folder;

    private RegistryFixture fixture;

    /** How a client is let in, and the digests it uses. */
    static Stream<Arguments> ways() {
        return Stream.of(true, false)
                .flatMap(open ->
                        Arrays.stream(Digest.Algorithm.values()).map(algorithm -> Arguments.of(open, algorithm)));
    }

    private RegistryClient client(boolean open) {
        fixture = fixture(folder, open).start();
        return open ? fixture.anonymous() : fixture.client("root");
    }

    /** Not started yet. */
    RegistryFixture fixture(Path in, boolean open) {
        return new RegistryFixture(in, RegistryFixture.LIMITS, open);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void theRegistryAnswersAndAnEmptyRepositoryHasEmptyLists(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);

        assertThat(client.get("/v2/").status()).isEqualTo(200);
        Reply tags = client.get("/v2/" + REPOSITORY + "/tags/list");
        assertThat(tags.status()).isEqualTo(200);
        assertThat(tags.at("/tags").isArray()).isTrue();
        Reply referrers = client.get("/v2/" + REPOSITORY + "/referrers/" + Digest.of(algorithm, bytes("none")));
        assertThat(referrers.status()).isEqualTo(200);
        assertThat(referrers.header("Content-Type")).isEqualTo(INDEX);
        assertThat(referrers.at("/schemaVersion").asInt()).isEqualTo(2);
        assertThat(referrers.text("/mediaType")).isEqualTo(INDEX);
        assertThat(referrers.at("/manifests")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anAbsentBlobOrManifestIsNotFoundAndABadDigestIsABadRequest(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        Digest absent = Digest.of(algorithm, bytes("absent"));

        assertThat(client.head(BLOBS + absent).status()).isEqualTo(404);
        assertThat(client.get(BLOBS + absent).error()).isEqualTo("BLOB_UNKNOWN");
        assertThat(client.delete(BLOBS + absent).status()).isEqualTo(404);
        assertThat(client.head(MANIFESTS + absent).status()).isEqualTo(404);
        assertThat(client.get(MANIFESTS + absent).error()).isEqualTo("MANIFEST_UNKNOWN");
        assertThat(client.get(MANIFESTS + "no-such-tag").error()).isEqualTo("MANIFEST_UNKNOWN");
        assertThat(client.delete(MANIFESTS + "no-such-tag").status()).isEqualTo(404);
        assertThat(client.get(MANIFESTS + "sha256:xyz").error()).isEqualTo("DIGEST_INVALID");
        assertThat(client.get(BLOBS + "sha256:xyz").status()).isEqualTo(400);
        assertThat(client.get("/v2/" + REPOSITORY + "/referrers/sha256:xyz").status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aBlobIsPushedByOneRequestOrTwo(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] one = random(1, 10_000);
        byte[] two = random(2, 10_000);

        Reply single = client.send("POST", UPLOADS + "?digest=" + Digest.of(algorithm, one), one);
        assertThat(single.status()).isEqualTo(201);
        assertPulls(client, single, one, algorithm);

        Reply start = client.post(UPLOADS);
        assertThat(start.status()).isEqualTo(202);
        assertThat(start.header("Docker-Upload-UUID")).isNotEmpty();
        Reply put = client.send("PUT", start.header("Location") + "?digest=" + Digest.of(algorithm, two), two);
        assertThat(put.status()).isEqualTo(201);
        assertPulls(client, put, two, algorithm);
    }

    private static void assertPulls(RegistryClient client, Reply created, byte[] blob, Digest.Algorithm algorithm) {
        Digest digest = Digest.of(algorithm, blob);
        assertThat(created.header("Docker-Content-Digest")).isEqualTo(digest.value());
        Reply pulled = client.get(created.header("Location"));
        assertThat(pulled.status()).isEqualTo(200);
        assertThat(pulled.body()).isEqualTo(blob);
        assertThat(pulled.header("Content-Length")).isEqualTo(String.valueOf(blob.length));
        assertThat(pulled.header("Docker-Content-Digest")).isEqualTo(digest.value());
        Reply head = client.head(BLOBS + digest);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(blob.length));
        assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aBlobIsPushedInChunks(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] blob = random(3, 3_000);
        for (int chunks : new int[] {1, 3}) {
            for (boolean lastInPut : new boolean[] {false, true}) {
                byte[] content = Arrays.copyOf(blob, blob.length - chunks - (lastInPut ? 10 : 0));
                Reply created = pushChunks(client, content, algorithm, chunks, lastInPut);
                assertThat(created.status()).isEqualTo(201);
                assertPulls(client, created, content, algorithm);
            }
        }
    }

    private static Reply pushChunks(
            RegistryClient client, byte[] blob, Digest.Algorithm algorithm, int chunks, boolean lastInPut) {
        String location = client.post(UPLOADS).header("Location");
        int size = blob.length / chunks;
        for (int i = 0; i < chunks - (lastInPut ? 1 : 0); i++) {
            int from = i * size;
            int to = i == chunks - 1 ? blob.length : from + size;
            Reply patched = client.send("PATCH", location, Arrays.copyOfRange(blob, from, to), range(from, to));
            assertThat(patched.status()).isEqualTo(202);
            assertThat(patched.header("Range")).isEqualTo("0-" + (to - 1));
            location = patched.header("Location");
            Reply status = client.get(location);
            assertThat(status.status()).isEqualTo(204);
            assertThat(status.header("Range")).isEqualTo("0-" + (to - 1));
        }
        String put = location + "?digest=" + Digest.of(algorithm, blob);
        int from = (chunks - 1) * size;
        return lastInPut
                ? client.send("PUT", put, Arrays.copyOfRange(blob, from, blob.length), range(from, blob.length))
                : client.send("PUT", put, new byte[0]);
    }

    private static String[] range(int from, int to) {
        return new String[] {"Content-Range", from + "-" + (to - 1), "Content-Type", "application/octet-stream"};
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aChunkOutOfOrderIsRefusedAndTheUploadGoesOn(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] blob = random(4, 2_000);
        String location = client.post(UPLOADS).header("Location");

        Reply early = client.send("PATCH", location, Arrays.copyOfRange(blob, 1_000, 2_000), range(1_000, 2_000));
        assertThat(early.status()).isEqualTo(416);
        assertThat(early.header("Location")).isEqualTo(location);
        assertThat(client.get(location).header("Range")).isEqualTo("0-0");
        assertThat(client.send("PATCH", location, Arrays.copyOf(blob, 1_000), range(0, 1_000))
                        .status())
                .isEqualTo(202);
        Reply again = client.send("PATCH", location, Arrays.copyOf(blob, 1_000), range(0, 1_000));
        assertThat(again.status()).isEqualTo(416);
        assertThat(again.header("Range")).isEqualTo("0-999");
        Digest digest = Digest.of(algorithm, blob);
        Reply put = client.send(
                "PUT", location + "?digest=" + digest, Arrays.copyOfRange(blob, 1_000, 2_000), range(1_000, 2_000));
        assertPulls(client, put, blob, algorithm);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aBlobIsStreamedWithoutALength(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] blob = random(5, 300_000);
        String location = client.post(UPLOADS).header("Location");

        Reply patched = client.stream("PATCH", location, blob, "Content-Type", "application/octet-stream");

        assertThat(patched.status()).isEqualTo(202);
        Reply put =
                client.send("PUT", patched.header("Location") + "?digest=" + Digest.of(algorithm, blob), new byte[0]);
        assertPulls(client, put, blob, algorithm);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aBlobIsMountedFromAnotherRepository(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] named = random(6, 1_000);
        byte[] anywhere = random(7, 1_000);
        Digest first = client.push(OTHER, named, algorithm);
        Digest second = client.push(OTHER, anywhere, algorithm);

        Reply mounted = client.post(UPLOADS + "?mount=" + first + "&from=" + OTHER);
        Reply found = client.post(UPLOADS + "?mount=" + second);
        Reply absent = client.post(UPLOADS + "?mount=" + Digest.of(algorithm, bytes("absent")) + "&from=" + OTHER);
        Reply strange = client.post(UPLOADS + "?mount=" + first + "&from=UPPER%20CASE");

        assertThat(mounted.status()).isEqualTo(201);
        assertPulls(client, mounted, named, algorithm);
        assertThat(found.status()).isEqualTo(201);
        assertPulls(client, found, anywhere, algorithm);
        assertThat(absent.status()).isEqualTo(202);
        assertThat(absent.header("Location")).startsWith(UPLOADS);
        assertThat(strange.status()).isEqualTo(202);
    }

    @Test
    void aMountWithATokenForTheTargetAloneIsAskedForAgainWithBothScopes() {
        RegistryClient basic = client(false);
        Digest blob = basic.push(OTHER, random(22, 1_000));
        RegistryClient narrow = basic.with(token(basic, "repository:" + REPOSITORY + ":pull,push"));
        String mount = UPLOADS + "?mount=" + blob + "&from=" + OTHER;

        Reply refused = narrow.post(mount);

        assertThat(refused.status()).isEqualTo(401);
        String challenge = refused.header("WWW-Authenticate");
        assertThat(challenge)
                .contains("scope=\"repository:" + REPOSITORY + ":pull,push repository:" + OTHER + ":pull\"");
        String scope = challenge.substring(challenge.indexOf("scope=\"") + 7, challenge.length() - 1);
        assertThat(basic.with(token(basic, scope)).post(mount).status()).isEqualTo(201);
    }

    private static String token(RegistryClient basic, String scope) {
        String query = "?service=backendim&scope=" + URLEncoder.encode(scope, StandardCharsets.UTF_8);
        return basic.get("/v2/token" + query).text("/token");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anUploadCanBeCancelled(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        String location =
                client.post(UPLOADS + "?digest-algorithm=" + algorithm.label()).header("Location");
        client.send("PATCH", location, bytes("some"));

        assertThat(client.delete(location).status()).isEqualTo(204);
        assertThat(client.get(location).error()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
        assertThat(client.send("PATCH", location, bytes("more")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aPartOfABlobIsPulled(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] blob = random(8, 1_000);
        String path = BLOBS + client.push(REPOSITORY, blob, algorithm);

        assertPart(client, path, "bytes=0-99", Arrays.copyOfRange(blob, 0, 100), "bytes 0-99/1000");
        assertPart(client, path, "bytes=100-", Arrays.copyOfRange(blob, 100, 1_000), "bytes 100-999/1000");
        assertPart(client, path, "bytes=-10", Arrays.copyOfRange(blob, 990, 1_000), "bytes 990-999/1000");
        assertPart(client, path, "bytes=500-5000", Arrays.copyOfRange(blob, 500, 1_000), "bytes 500-999/1000");
        Reply beyond = client.get(path, "Range", "bytes=1000-1001");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("Content-Range")).isEqualTo("bytes */1000");
        assertThat(client.get(path, "Range", "bytes=-0").status()).isEqualTo(416);
        assertThat(client.get(path, "Range", "bytes=500-0").status()).isEqualTo(416);
        for (String ignored : List.of("lines=1-2", "bytes=0-1,5-6", "bytes=", "bytes=-")) {
            Reply whole = client.get(path, "Range", ignored);
            assertThat(whole.status()).as(ignored).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(blob);
        }
    }

    private static void assertPart(
            RegistryClient client, String path, String asked, byte[] expected, String contentRange) {
        Reply part = client.get(path, "Range", asked);
        assertThat(part.status()).as(asked).isEqualTo(206);
        assertThat(part.body()).isEqualTo(expected);
        assertThat(part.header("Content-Range")).isEqualTo(contentRange);
        assertThat(part.header("Content-Length")).isEqualTo(String.valueOf(expected.length));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void smallBlobsAreBlobsToo(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        for (byte[] blob : List.of(new byte[0], bytes("{}"))) {
            Reply put = client.send(
                    "PUT", client.post(UPLOADS).header("Location") + "?digest=" + Digest.of(algorithm, blob), blob);
            assertThat(put.status()).isEqualTo(201);
            assertPulls(client, put, blob, algorithm);
            Reply post = client.send("POST", UPLOADS + "?digest=" + Digest.of(algorithm, blob), blob);
            assertThat(post.status()).isEqualTo(201);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aBlobThatIsNotWhatItsDigestSaysIsRefused(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] blob = random(9, 1_000);
        Digest wrong = Digest.of(algorithm, bytes("something else"));
        String query = "?digest=" + wrong;

        Reply post = client.send("POST", UPLOADS + query, blob);
        Reply put = client.send("PUT", client.post(UPLOADS).header("Location") + query, blob);
        String chunked = client.post(UPLOADS).header("Location");
        client.send("PATCH", chunked, blob, range(0, 1_000));
        Reply chunks = client.send("PUT", chunked + query, new byte[0]);
        String last = client.post(UPLOADS).header("Location");
        client.send("PATCH", last, Arrays.copyOf(blob, 500), range(0, 500));
        Reply lastInPut = client.send("PUT", last + query, Arrays.copyOfRange(blob, 500, 1_000), range(500, 1_000));
        String streamed = client.post(UPLOADS).header("Location");
        client.stream("PATCH", streamed, blob);
        Reply stream = client.send("PUT", streamed + query, new byte[0]);

        for (Reply refused : List.of(post, put, chunks, lastInPut, stream)) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.error()).isEqualTo("DIGEST_INVALID");
        }
        assertThat(client.head(BLOBS + wrong).status()).isEqualTo(404);
        assertThat(client.head(BLOBS + Digest.of(algorithm, blob)).status()).isEqualTo(404);
        assertThat(client.send("PUT", client.post(UPLOADS).header("Location"), blob)
                        .error())
                .isEqualTo("DIGEST_INVALID");
    }

    /** A manifest of each kind that there is. */
    private record Sample(String name, String mediaType, byte[] content) {}

    private static List<Sample> samples(RegistryClient client) {
        String config = descriptor(CONFIG, client.push(REPOSITORY, bytes("{\"os\":\"linux\"}")), 14);
        String layer = descriptor(LAYER, client.push(REPOSITORY, random(20, 2_000)), 2_000);
        String plain =
                descriptor("application/vnd.oci.image.layer.v1.tar", client.push(REPOSITORY, random(21, 2_000)), 2_000);
        Digest empty = client.push(REPOSITORY, bytes("{}"));
        String emptyConfig = descriptor("application/vnd.oci.empty.v1+json", empty, 2);
        String elsewhere = "{\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar\",\"size\":9,"
                + "\"digest\":\"" + Digest.of(Digest.Algorithm.SHA256, bytes("elsewhere"))
                + "\",\"urls\":[\"https://store.example.com/x\"]}";
        String inline = "{\"mediaType\":\"application/vnd.example.text\",\"size\":5,\"data\":\""
                + Base64.getEncoder().encodeToString(bytes("hello")) + "\",\"digest\":\""
                + Digest.of(Digest.Algorithm.SHA256, bytes("hello")) + "\"}";
        byte[] image = image(config, layer, "");
        List<Sample> samples = new ArrayList<>();
        samples.add(new Sample("image", IMAGE, image));
        samples.add(new Sample("uncompressed", IMAGE, image(config, plain, "")));
        samples.add(new Sample("no-layers", IMAGE, image(config, "", "")));
        samples.add(new Sample("custom-fields", IMAGE, image(config, layer, ",\"org.example\":{\"a\":[1,null]}")));
        samples.add(new Sample("inline", IMAGE, image(config, inline, "")));
        samples.add(new Sample("elsewhere", IMAGE, image(config, elsewhere, "")));
        samples.add(new Sample(
                "artifact", IMAGE, image(emptyConfig, layer, ",\"artifactType\":\"application/vnd.example.conf\"")));
        samples.add(new Sample(
                "docker",
                "application/vnd.docker.distribution.manifest.v2+json",
                bytes(new String(image, StandardCharsets.UTF_8)
                        .replace(IMAGE, "application/vnd.docker.distribution.manifest.v2+json"))));
        String annotation = "x".repeat(10_000);
        StringBuilder annotations = new StringBuilder(",\"annotations\":{");
        for (int i = 0; i < 390; i++) {
            annotations
                    .append(i == 0 ? "" : ",")
                    .append("\"a")
                    .append(i)
                    .append("\":\"")
                    .append(annotation)
                    .append('"');
        }
        samples.add(new Sample("large", IMAGE, image(config, layer, annotations + "}")));
        samples.add(new Sample("empty-index", INDEX, index("")));
        String child = descriptor(IMAGE, Digest.of(Digest.Algorithm.SHA256, image), image.length);
        byte[] index = index(child + "," + child);
        samples.add(new Sample("index", INDEX, index));
        String nested = descriptor(INDEX, Digest.of(Digest.Algorithm.SHA256, index), index.length);
        samples.add(new Sample("nested-index", INDEX, index(nested)));
        return samples;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void manifestsOfAllKindsArePushedPulledListedAndDeleted(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        List<Sample> samples = samples(client);
        for (Sample sample : samples) {
            byte[] content = sample.content();
            Digest digest = Digest.of(algorithm, content);
            if (algorithm == Digest.Algorithm.SHA512) {
                // Children are named by their sha256, under which they have to be there too.
                assertThat(client.putManifest(
                                        REPOSITORY,
                                        Digest.of(Digest.Algorithm.SHA256, content)
                                                .value(),
                                        sample.mediaType(),
                                        content)
                                .status())
                        .isEqualTo(201);
            }
            String path = MANIFESTS + digest + "?tag=" + sample.name() + "&tag=" + sample.name() + "-again";
            Reply put = client.send("PUT", path, content, "Content-Type", sample.mediaType());
            assertThat(put.status()).as(sample.name()).isEqualTo(201);
            assertThat(put.header("Docker-Content-Digest")).isEqualTo(digest.value());
            assertThat(put.headers("OCI-Tag")).containsExactly(sample.name(), sample.name() + "-again");
            for (String where : List.of(put.header("Location"), MANIFESTS + sample.name(), MANIFESTS + digest)) {
                assertPulled(client, where, sample, digest);
            }
        }

        List<String> tags = new ArrayList<>();
        client.get("/v2/" + REPOSITORY + "/tags/list").at("/tags").forEach(tag -> tags.add(tag.asText()));
        assertThat(tags).hasSize(2 * samples.size()).isSorted();

        for (Sample sample : samples) {
            Digest digest = Digest.of(algorithm, sample.content());
            assertThat(client.delete(MANIFESTS + sample.name()).status()).isEqualTo(202);
            assertThat(client.head(MANIFESTS + sample.name()).status()).isEqualTo(404);
            assertThat(client.head(MANIFESTS + digest).status()).isEqualTo(200);
            assertThat(client.delete(MANIFESTS + digest).status()).isEqualTo(202);
            assertThat(client.head(MANIFESTS + digest).status()).isEqualTo(404);
            assertThat(client.get(MANIFESTS + sample.name() + "-again").status())
                    .isEqualTo(404);
        }
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list").at("/tags")).isEmpty();
    }

    private static void assertPulled(RegistryClient client, String where, Sample sample, Digest digest) {
        Reply pulled = client.get(where, "Accept", "text/html");
        assertThat(pulled.status()).as(where).isEqualTo(200);
        assertThat(pulled.body()).isEqualTo(sample.content());
        for (Reply reply : List.of(pulled, client.head(where, "Accept", INDEX, "Accept", IMAGE))) {
            assertThat(reply.header("Content-Type")).isEqualTo(sample.mediaType());
            assertThat(reply.header("Content-Length")).isEqualTo(String.valueOf(sample.content().length));
            assertThat(reply.header("Docker-Content-Digest")).isEqualTo(digest.value());
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void referrersAreListedAndFilteredByType(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        String config = descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2);
        byte[] image = image(config, "", "");
        Digest subject = Digest.of(algorithm, image);
        String about = ",\"subject\":" + descriptor(IMAGE, subject, image.length);
        byte[] plain = image(config, "", about);
        byte[] sbom = image(
                config,
                "",
                about + ",\"artifactType\":\"application/vnd.example+sbom\","
                        + "\"annotations\":{\"org.example\":\"yes\"}");
        byte[] list = bytes("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[]" + about
                + ",\"artifactType\":\"application/vnd.example+list\"}");

        // The subject may come later, or never.
        assertThat(push(client, "p", IMAGE, plain).header("OCI-Subject")).isEqualTo(subject.value());
        assertThat(push(client, "s", IMAGE, sbom).header("OCI-Subject")).isEqualTo(subject.value());
        assertThat(push(client, "l", INDEX, list).header("OCI-Subject")).isEqualTo(subject.value());
        client.putManifest(REPOSITORY, subject.value(), IMAGE, image);

        String path = "/v2/" + REPOSITORY + "/referrers/" + subject;
        Reply all = client.get(path);
        assertThat(all.header("OCI-Filters-Applied")).isEmpty();
        assertThat(all.at("/manifests")).hasSize(3);
        Reply filtered = client.get(path + "?artifactType=application%2Fvnd.example%2Bsbom");
        assertThat(filtered.header("OCI-Filters-Applied")).isEqualTo("artifactType");
        var only = filtered.at("/manifests");
        assertThat(only).hasSize(1);
        assertThat(only.get(0).path("digest").asText())
                .isEqualTo(Digest.of(Digest.Algorithm.SHA256, sbom).value());
        assertThat(only.get(0).path("mediaType").asText()).isEqualTo(IMAGE);
        assertThat(only.get(0).path("size").asInt()).isEqualTo(sbom.length);
        assertThat(only.get(0).path("artifactType").asText()).isEqualTo("application/vnd.example+sbom");
        assertThat(only.get(0).path("annotations").path("org.example").asText()).isEqualTo("yes");
        Reply config2 = client.get(path + "?artifactType=" + CONFIG.replace("+", "%2B"));
        assertThat(config2.at("/manifests"))
                .as("the configuration's type stands in")
                .hasSize(1);

        client.delete(MANIFESTS + Digest.of(Digest.Algorithm.SHA256, sbom));
        assertThat(client.get(path).at("/manifests")).hasSize(2);
    }

    private static Reply push(RegistryClient client, String tag, String mediaType, byte[] manifest) {
        Reply reply = client.putManifest(REPOSITORY, tag, mediaType, manifest);
        assertThat(reply.status()).isEqualTo(201);
        return reply;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aManifestThatIsNotWhatItsDigestSaysIsRefused(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] manifest = image(descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2), "", "");
        Digest wrong = Digest.of(algorithm, bytes("other"));

        Reply refused = client.putManifest(REPOSITORY, wrong.value(), IMAGE, manifest);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error()).isEqualTo("DIGEST_INVALID");
        assertThat(client.head(MANIFESTS + wrong).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aDeletedBlobIsGoneAtOnce(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        Digest digest = client.push(REPOSITORY, bytes("short-lived"), algorithm);

        assertThat(client.delete(BLOBS + digest).status()).isEqualTo(202);
        assertThat(client.head(BLOBS + digest).status()).isEqualTo(404);
        assertThat(client.get(BLOBS + digest).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tagsAndRepositoriesAreListedInPages(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        byte[] manifest = image(descriptor(CONFIG, client.push(REPOSITORY, bytes("{}")), 2), "", "");
        for (String tag : List.of("b", "a", "C", "d-1", "d.1")) {
            push(client, tag, IMAGE, manifest);
        }
        client.push(OTHER, bytes("{}"));

        assertThat(pages(client, "/v2/" + REPOSITORY + "/tags/list?n=2", "tags"))
                .containsExactly("C,a", "b,d-1", "d.1");
        assertThat(pages(client, "/v2/" + REPOSITORY + "/tags/list?last=b", "tags"))
                .containsExactly("d-1,d.1");
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=0").at("/tags"))
                .isEmpty();
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=-1").status()).isEqualTo(400);
        assertThat(client.get("/v2/" + REPOSITORY + "/tags/list?n=999999999999").status())
                .isEqualTo(200);
        assertThat(pages(client, "/v2/_catalog?n=1", "repositories")).containsExactly(REPOSITORY, OTHER);
    }

    private static List<String> pages(RegistryClient client, String first, String field) {
        List<String> pages = new ArrayList<>();
        String next = first;
        while (!next.isEmpty()) {
            Reply reply = client.get(next);
            assertThat(reply.status()).isEqualTo(200);
            List<String> entries = new ArrayList<>();
            reply.json().path(field).forEach(entry -> entries.add(entry.asText()));
            pages.add(String.join(",", entries));
            String link = reply.header("Link");
            assertThat(link.isEmpty() || link.endsWith("; rel=\"next\"")).isTrue();
            next = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
        }
        return pages;
    }

    private static byte[] image(String config, String layers, String more) {
        return bytes("{\"schemaVersion\":2,\"mediaType\":\"" + IMAGE + "\",\"config\":" + config + ",\"layers\":["
                + layers + "]" + more + "}");
    }

    private static byte[] index(String manifests) {
        return bytes("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[" + manifests + "]}");
    }

    private static String descriptor(String mediaType, Digest digest, int size) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
    }

    private static byte[] random(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
