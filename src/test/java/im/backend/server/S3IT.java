package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with its images in a real S3 store, by its settings alone. */
@Tag("slow")
class S3IT {
    private static final String PAGE = "<h1>kept elsewhere</h1>";

    @AutoClose
    private static S3Server store;

    @TempDir
    Path folder;

    @BeforeAll
    static void startStore() throws IOException {
        store = S3Server.startAny();
    }

    @Test
    void anAppComesBackFromTheBucketWhenEveryImageOnTheDiskIsLost() throws IOException {
        S3Settings bucket = store.newBucket();
        try (WholeServer server = WholeServer.start(config(bucket, store.port()))) {
            deploy(server);
            assertThat(server.get("/v1/server").is(200).body())
                    .contains("registry blobs", "in " + bucket.endpoint() + "/" + bucket.bucket())
                    .doesNotContain(S3Server.LOGIN.secretKey());
        }
        try (S3Objects objects = new S3Objects(bucket, Clock.systemUTC())) {
            assertThat(objects.list("blobs/")).hasSizeGreaterThan(2);
            assertThat(objects.list("repositories/"))
                    .anySatisfy(object -> assertThat(object.key()).isEqualTo("repositories/admin/site/_names"));
        }
        new FileTree(folder.resolve("data/registry")).delete();
        new FileTree(folder.resolve("data/images")).delete();

        try (WholeServer next = WholeServer.start(config(bucket, store.port()))) {
            restart(next);
            assertThat(next.page()).contains(PAGE);
            next.destroy();
        }
    }

    @Test
    void whileTheStoreIsAwayAppsGoOnAndANewImageIsRefusedWithAReason() throws IOException {
        S3Settings bucket = store.newBucket();
        try (FaultyLine line = new FaultyLine(store.port());
                WholeServer server = WholeServer.start(config(bucket, line.port()))) {
            deploy(server);
            line.goAway();

            assertThat(server.get("/v1/server").is(200).body()).contains("does not answer", "registry.s3.endpoint");
            assertThat(server.deploy("<h1>not yet</h1>").messages().getLast().toString())
                    .contains("object-store-unavailable");
            restart(server);
            assertThat(server.page()).contains(PAGE);

            line.comeBack();
            assertThat(server.deploy("<h1>now</h1>").statuses()).isEqualTo(ContractIT.SEED_STATUSES);
            server.destroy();
        }
    }

    @Test
    void aSecretThatOthersMayReadStopsTheStart() throws IOException {
        ServerConfig config = config(S3Server.settings("bucket", 1), 1);
        Files.setPosixFilePermissions(folder.resolve("secret"), PosixFilePermissions.fromString("rw-r--r--"));

        Problem refused = catchThrowableOfType(ProblemException.class, () -> WholeServer.start(config))
                .problem();

        assertThat(refused.slug()).isEqualTo("secret-key-file-open");
        assertThat(refused.detail()).contains("chmod 600");
    }

    private static void deploy(WholeServer server) {
        assertThat(server.deploy(PAGE).statuses()).isEqualTo(ContractIT.SEED_STATUSES);
    }

    private static void restart(WholeServer server) {
        HttpProbe.Answer asked = server.http.json("POST", "/v1/projects/site/restart", "{}", server.token);
        assertThat(server.watch(asked).statuses()).endsWith("complete");
    }

    private ServerConfig config(S3Settings bucket, int port) throws IOException {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, S3Server.LOGIN.secretKey() + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return WholeServer.config(
                folder,
                Map.of(
                        "registry.s3.endpoint",
                        "http://127.0.0.1:" + port,
                        "registry.s3.bucket",
                        bucket.bucket(),
                        "registry.s3.prefix",
                        "a/prefix",
                        "registry.s3.access-key",
                        S3Server.LOGIN.accessKey(),
                        "registry.s3.secret-key-file",
                        secret.toString()));
    }
}
