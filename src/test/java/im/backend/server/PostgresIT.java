package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.backend.config.ServerConfig;
import im.backend.problem.ProblemException;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.PrivatePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with its state in a real PostgreSQL, by its settings alone. */
@Tag("slow")
class PostgresIT {
    @AutoClose
    private static PrivatePostgres postgres;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPostgres() {
        Optional<Path> binaries = PrivatePostgres.binaries();
        assumeTrue(binaries.isPresent(), "PostgreSQL is not installed: neither initdb nor pg_ctl is found");
        postgres = PrivatePostgres.start(binaries.orElseThrow());
    }

    @Test
    void aDeploymentIsKeptInPostgresAndIsThereForTheNextServer() throws IOException, SQLException {
        DatabaseSettings.External database = postgres.create();
        try (WholeServer server = WholeServer.start(config(database.url()))) {
            assertThat(server.deploy("<h1>kept elsewhere</h1>").statuses()).isEqualTo(ContractIT.SEED_STATUSES);
        }

        assertThat(folder.resolve("data/db")).doesNotExist();
        try (WholeServer next = WholeServer.start(config(database.url()))) {
            assertThat(next.get("/v1/projects/site/releases").is(200).body()).contains("v1");
            assertThat(next.page()).contains("kept elsewhere");
            next.destroy();
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerStopsTheStartWithASentence() {
        ProblemException refused = catchThrowableOfType(
                ProblemException.class, () -> WholeServer.start(config("jdbc:postgresql://127.0.0.1:1/absent")));

        assertThat(refused.problem().slug()).isEqualTo("database-unavailable");
        assertThat(refused.problem().detail()).contains("jdbc:postgresql://127.0.0.1:1/absent", "user test");
    }

    private ServerConfig config(String url) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "unasked\n");
        return WholeServer.config(
                folder,
                Map.of("database.url", url, "database.user", "test", "database.password-file", password.toString()));
    }
}
