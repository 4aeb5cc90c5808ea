package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.config.ConfigReader;
import im.backend.config.ServerConfig;
import im.backend.file.FileTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.s3.FaultyLine;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import im.backend.registry.s3.S3Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with its images in a real S3 store, by its settings alone. */
@Tag("slow")
class S3IT {
    private static S3Server store;

    @TempDir
    Path folder;

    @BeforeAll
    static void startStore() throws IOException {
        store = S3Server.startAny();
    }

    @AfterAll
    static void stopStore() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void anAppComesBackFromTheBucketWhenEveryImageOnTheDiskIsLost() throws IOException {
        S3Settings bucket = store.newBucket();
        try (Server server = new Server(config(bucket, store.port()), Clock.systemUTC())) {
            Started started = server.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = ServerIT.signIn(http, started);
                deploy(http, token);
                assertThat(http.get("/v1/server", token).is(200).body())
                        .contains("registry blobs", "in " + bucket.endpoint() + "/" + bucket.bucket())
                        .doesNotContain(S3Server.LOGIN.secretKey());
            }
        }
        try (S3Objects objects = new S3Objects(bucket, Clock.systemUTC())) {
            assertThat(objects.list("blobs/")).hasSizeGreaterThan(2);
            assertThat(objects.list("repositories/"))
                    .anySatisfy(object -> assertThat(object.key()).isEqualTo("repositories/admin/site/_names"));
        }
        new FileTree(folder.resolve("data/registry")).delete();
        new FileTree(folder.resolve("data/images")).delete();

        try (Server next = new Server(config(bucket, store.port()), Clock.systemUTC())) {
            Started started = next.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = ServerIT.signIn(http, started);
                restart(http, token);
                assertThat(ServerIT.getFromApp(started.apps().replace("*", "site")))
                        .contains("kept elsewhere");
                http.delete("/v1/projects/site?confirm=site", token).is(204);
            }
        }
    }

    @Test
    void whileTheStoreIsAwayAppsGoOnAndANewImageIsRefusedWithAReason() throws IOException {
        S3Settings bucket = store.newBucket();
        try (FaultyLine line = new FaultyLine(store.port());
                Server server = new Server(config(bucket, line.port()), Clock.systemUTC())) {
            Started started = server.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = ServerIT.signIn(http, started);
                deploy(http, token);
                line.goAway();

                assertThat(http.get("/v1/server", token).is(200).body())
                        .contains("does not answer", "registry.s3.endpoint");
                String id = submit(http, token, "<h1>not yet</h1>");
                assertThat(http.watch("/ws?deploymentId=" + id, token)
                                .messages()
                                .getLast()
                                .toString())
                        .contains("object-store-unavailable");
                restart(http, token);
                assertThat(ServerIT.getFromApp(started.apps().replace("*", "site")))
                        .contains("kept elsewhere");

                line.comeBack();
                String again = submit(http, token, "<h1>now</h1>");
                assertThat(http.watch("/ws?deploymentId=" + again, token).statuses())
                        .isEqualTo(ContractIT.SEED_STATUSES);
                http.delete("/v1/projects/site?confirm=site", token).is(204);
            }
        }
    }

    @Test
    void aSecretThatOthersMayReadStopsTheStart() throws IOException {
        ServerConfig config = config(S3Server.settings("bucket", 1), 1);
        Files.setPosixFilePermissions(folder.resolve("secret"), PosixFilePermissions.fromString("rw-r--r--"));

        Problem refused = catchThrowableOfType(
                        ProblemException.class, () -> new Server(config, Clock.systemUTC()).start())
                .problem();

        assertThat(refused.slug()).isEqualTo("secret-key-file-open");
        assertThat(refused.detail()).contains("chmod 600");
    }

    private static void deploy(HttpProbe http, String[] token) throws IOException {
        String id = submit(http, token, "<h1>kept elsewhere</h1>");
        assertThat(http.watch("/ws?deploymentId=" + id, token).statuses()).isEqualTo(ContractIT.SEED_STATUSES);
    }

    private static void restart(HttpProbe http, String[] token) {
        String id = http.json("POST", "/v1/projects/site/restart", "{}", token)
                .is(202)
                .text("/deploymentId");
        assertThat(http.watch("/ws?deploymentId=" + id, token).statuses()).endsWith("complete");
    }

    private static String submit(HttpProbe http, String[] token, String page) throws IOException {
        byte[] source = TarGz.of(Map.of("index.html", page));
        return http.multipart(
                        "/v1/deployments",
                        List.of(new Object[] {"source", source}, new Object[] {"project", "site"}),
                        token)
                .is(202)
                .text("/deploymentId");
    }

    private ServerConfig config(S3Settings bucket, int port) throws IOException {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, S3Server.LOGIN.secretKey() + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> flags =
                new HashMap<>(Map.of("data", folder.resolve("data").toString(), "server.port", "0", "apps.port", "0"));
        flags.put("registry.s3.endpoint", "http://127.0.0.1:" + port);
        flags.put("registry.s3.bucket", bucket.bucket());
        flags.put("registry.s3.prefix", "a/prefix");
        flags.put("registry.s3.access-key", S3Server.LOGIN.accessKey());
        flags.put("registry.s3.secret-key-file", secret.toString());
        return ConfigReader.read(null, Map.of("HOME", folder.toString()), flags).config();
    }
}
