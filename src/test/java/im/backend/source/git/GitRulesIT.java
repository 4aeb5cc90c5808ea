package im.backend.source.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.source.TarBuilder;
import im.backend.source.git.http.PushLimits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask the git server, and what it answers to requests that git would not send. */
final class GitRulesIT {
    private static final String UPLOAD_REQUEST = "application/x-git-upload-pack-request";

    @TempDir
    private Path folder;

    private GitServer server;
    private HttpClient client;

    @BeforeEach
    void start() {
        PushLimits one = new PushLimits(
                250 << 20,
                100 << 20,
                1 << 30,
                1 << 30,
                1 << 20,
                1000,
                1000,
                1,
                1,
                Duration.ofMillis(50),
                Duration.ofMinutes(1));
        server = new GitServer(folder.resolve("git"), one);
        server.project("alice-shop");
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static String basic(String key) {
        return "Basic " + Base64.getEncoder().encodeToString(("git:" + key).getBytes(UTF_8));
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(20));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String contentType, String encoding, byte[] body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", basic("alice-key"))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!encoding.isEmpty()) {
            request.header("Content-Encoding", encoding);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic", "Basic ???", "Basic Z2l0Ondyb25n", "Bearer wrong", "Digest x"})
    void whoIsNotKnownIsAskedToLogIn(String authorization) throws Exception {
        for (String path : new String[] {"shop.git", "none.git", "..%2fx.git"}) {
            var answer = get("/git/" + path + "/info/refs?service=git-upload-pack", authorization);

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith("Basic realm="));
        }
    }

    @Test
    void aTokenIsTakenAsPasswordAndAsBearer() throws Exception {
        String path = "/git/alice-shop.git/info/refs?service=git-upload-pack";

        assertThat(get(path, basic("alice-key")).statusCode()).isEqualTo(200);
        assertThat(get(path, "Bearer alice-key").statusCode()).isEqualTo(200);
    }

    @Test
    void anothersRepositoryIsAsAbsentAsNone() throws Exception {
        var foreign = get("/git/alice-shop.git/info/refs?service=git-upload-pack", basic("bob-key"));
        var none = get("/git/alice-none.git/info/refs?service=git-upload-pack", basic("bob-key"));

        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(none.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2f..%2fetc",
                "%2e%2e",
                "shop",
                "shop.git.git",
                "SHOP.git",
                "shop%00.git",
                "shop.git%2f..",
                ".git",
                "-.git",
                "shop-.git",
                "a--b.git",
                "shop%20.git",
                "sh%C3%B6p.git",
                ".unfinished-1",
                "..%5cshop.git",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.git"
            })
    void aNameOutsideTheGrammarIsNotFound(String name) throws Exception {
        for (String service : new String[] {"git-upload-pack", "git-receive-pack"}) {
            var answer = get("/git/" + name + "/info/refs?service=" + service, basic("alice-key"));

            assertThat(answer.statusCode()).isIn(400, 403, 404);
        }
        assertThat(server.projects).hasSize(1);
    }

    @Test
    void onlyFetchAndPushAreServed() throws Exception {
        assertThat(get("/git/shop.git/info/refs", basic("alice-key")).statusCode())
                .isEqualTo(403);
        assertThat(get("/git/shop.git/info/refs?service=git-upload-archive", basic("alice-key"))
                        .body())
                .startsWith("service-not-enabled");
        assertThat(get("/git/shop.git/HEAD", basic("alice-key")).statusCode()).isEqualTo(403);
        assertThat(get("/git/shop.git/objects/info/packs", basic("alice-key")).statusCode())
                .isEqualTo(403);
        assertThat(post("/git/shop.git/git-upload-archive", "x/y", "", new byte[0])
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/git/none.git/HEAD", basic("alice-key")).statusCode()).isEqualTo(404);
    }

    @Test
    void anotherContentTypeIsRefused() throws Exception {
        for (String service : new String[] {"git-upload-pack", "git-receive-pack"}) {
            assertThat(post("/git/shop.git/" + service, "application/json", "", "0000".getBytes(UTF_8))
                            .statusCode())
                    .isEqualTo(415);
        }
    }

    @Test
    void aCompressedBombIsRefused() throws Exception {
        byte[] bomb = TarBuilder.gzip(new byte[64 << 20]);

        assertThat(post("/git/shop.git/git-upload-pack", UPLOAD_REQUEST, "gzip", bomb)
                        .statusCode())
                .isEqualTo(413);
        assertThat(post("/git/shop.git/git-receive-pack", "application/x-git-receive-pack-request", "gzip", bomb)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aRequestForAnObjectThatIsNotShownIsRefused() throws Exception {
        byte[] want = ("0032want " + "1".repeat(40) + "\n00000009done\n").getBytes(UTF_8);

        var answer = post("/git/shop.git/git-upload-pack", UPLOAD_REQUEST, "", want);

        assertThat(answer.body()).contains("ERR").doesNotContain("PACK");
    }

    @Test
    void whileADeployIsWatchedOthersMayFetchAndPush() throws Exception {
        RealGit git = new RealGit(Files.createDirectory(folder.resolve("work")));
        git.run("init", "-q", "-b", "main");
        git.run("commit", "-q", "--allow-empty", "-m", "empty");
        Files.writeString(folder.resolve("work/a.txt"), "a");
        git.run("add", "-A");
        git.run("commit", "-q", "-m", "a");
        CountDownLatch deploying = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        server.onPush((_, _) -> {
            deploying.countDown();
            await(end);
            return URI.create("http://shop.localhost");
        });

        CompletableFuture<String> push =
                CompletableFuture.supplyAsync(() -> git.run("push", server.url("alice-key", "shop"), "main"));
        await(deploying);
        String refs = git.run("ls-remote", server.url("alice-key", "shop"));
        git.run("push", "-q", server.url("alice-key", "shop"), "main:other");
        git.run(
                "clone",
                "-q",
                server.url("alice-key", "shop"),
                folder.resolve("clone").toString());
        end.countDown();

        assertThat(refs).contains("refs/heads/main");
        assertThat(push.get(20, TimeUnit.SECONDS)).contains("http://shop.localhost");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
