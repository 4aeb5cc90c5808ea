package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.backend.config.ConfigReader;
import im.backend.config.ServerConfig;
import im.backend.problem.ProblemException;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.PrivatePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with its state in a real PostgreSQL, by its settings alone. */
@Tag("slow")
class PostgresIT {
    private static PrivatePostgres postgres;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPostgres() {
        Optional<Path> binaries = PrivatePostgres.binaries();
        assumeTrue(binaries.isPresent(), "PostgreSQL is not installed: neither initdb nor pg_ctl is found");
        postgres = PrivatePostgres.start(binaries.orElseThrow());
    }

    @AfterAll
    static void stopPostgres() throws IOException, InterruptedException {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void aDeploymentIsKeptInPostgresAndIsThereForTheNextServer() throws IOException, SQLException {
        DatabaseSettings.External database = postgres.create();
        try (Server server = new Server(config(database.url()), Clock.systemUTC())) {
            Started started = server.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = ServerIT.signIn(http, started);
                byte[] source = TarGz.of(Map.of("index.html", "<h1>kept elsewhere</h1>"));
                String id = http.multipart(
                                "/v1/deployments",
                                List.of(new Object[] {"source", source}, new Object[] {"project", "site"}),
                                token)
                        .is(202)
                        .text("/deploymentId");
                assertThat(http.watch("/ws?deploymentId=" + id, token).statuses())
                        .isEqualTo(ContractIT.SEED_STATUSES);
            }
        }

        assertThat(folder.resolve("data/db")).doesNotExist();
        try (Server next = new Server(config(database.url()), Clock.systemUTC())) {
            Started started = next.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = ServerIT.signIn(http, started);
                assertThat(http.get("/v1/projects/site/releases", token).is(200).body())
                        .contains("v1");
                assertThat(ServerIT.getFromApp(started.apps().replace("*", "site")))
                        .contains("kept elsewhere");
                http.delete("/v1/projects/site?confirm=site", token).is(204);
            }
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerStopsTheStartWithASentence() {
        ProblemException refused = catchThrowableOfType(
                ProblemException.class,
                () -> new Server(config("jdbc:postgresql://127.0.0.1:1/absent"), Clock.systemUTC()).start());

        assertThat(refused.problem().slug()).isEqualTo("database-unavailable");
        assertThat(refused.problem().detail()).contains("jdbc:postgresql://127.0.0.1:1/absent", "user test");
    }

    private ServerConfig config(String url) {
        Map<String, String> flags =
                new HashMap<>(Map.of("data", folder.resolve("data").toString(), "server.port", "0", "apps.port", "0"));
        flags.put("database.url", url);
        flags.put("database.user", "test");
        flags.put("database.password-file", password().toString());
        return ConfigReader.read(null, Map.of("HOME", folder.toString()), flags).config();
    }

    private Path password() {
        try {
            return Files.writeString(folder.resolve("password"), "unasked\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
