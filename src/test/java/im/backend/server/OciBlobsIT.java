package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.server.RegistryClient.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OCI distribution 1.1, case by case: blobs and their uploads. */
@Tag("slow")
class OciBlobsIT extends OciConformanceKit {
    private static final String BLOBS = "/v2/" + REPOSITORY + "/blobs/";
    private static final String UPLOADS = BLOBS + "uploads/";

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

    @ParameterizedTest
    @MethodSource("ways")
    void aDeletedBlobIsGoneAtOnce(boolean open, Digest.Algorithm algorithm) {
        RegistryClient client = client(open);
        Digest digest = client.push(REPOSITORY, bytes("short-lived"), algorithm);

        assertThat(client.delete(BLOBS + digest).status()).isEqualTo(202);
        assertThat(client.head(BLOBS + digest).status()).isEqualTo(404);
        assertThat(client.get(BLOBS + digest).status()).isEqualTo(404);
    }
}
