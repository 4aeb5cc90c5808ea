package im.backend.cli.account;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import im.backend.client.LocalServer;
import im.backend.client.UserFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SignInTest extends CommandKit {
    @Test
    void theTokenIsKeptForTheNextCommandAndRenewedWhenRefused() throws IOException {
        stub.reply("GET /v1/projects", 200, "{\"items\":[]}");
        run("project", "list");
        run("project", "list");
        assertThat(stub.requests("POST /api/auth/login")).hasSize(1);

        stub.reply("GET /v1/projects/my-api/env", 401, "{\"code\":\"token-invalid\",\"detail\":\"No.\"}")
                .reply("GET /v1/projects/my-api/env", 200, "{\"env\":{\"A\":\"b\"}}");

        assertThat(run("env").out()).isEqualTo("A=b\n");
        assertThat(stub.requests("POST /api/auth/login")).hasSize(2);
        assertThat(Files.getPosixFilePermissions(config.resolve("backendim/tokens.json"))
                        .toString())
                .doesNotContain("GROUP", "OTHERS");
    }

    @Test
    void withoutAKeyTheHintSaysHowToSignIn() {
        environment.remove("BACKENDIM_TOKEN");
        stub.reply("GET /healthz", 200, "{}");

        CommandRun run = run("status", "--json");

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.out())
                .startsWith("{\"error\":{\"code\":\"NOT_AUTHENTICATED\",\"message\":\"You are not signed in to ");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void loginKeepsTheKeyAndLogoutForgetsIt() throws IOException {
        environment.remove("BACKENDIM_TOKEN");

        assertThat(runWith("bim_secret\n", "login", "--stdin").out()).contains("as admin.");
        assertThat(run("whoami").out()).isEqualTo("admin on " + stub.uri() + "\n");
        assertThat(Files.getPosixFilePermissions(config.resolve("backendim/credentials.json"))
                        .toString())
                .doesNotContain("GROUP", "OTHERS");
        assertThat(run("logout").exit()).isZero();
        assertThat(run("whoami").exit()).isNotZero();
        assertThat(Files.readString(config.resolve("backendim/credentials.json")))
                .doesNotContain("bim_secret");
    }

    @Test
    void theOwnServersKeyIsFoundWithoutASignIn() throws IOException {
        environment.remove("BACKENDIM_TOKEN");
        environment.remove("BACKENDIM_URL");
        Path data = Files.createDirectories(config.resolve("data"));
        Files.writeString(data.resolve("admin.key"), "bim_admin\n");
        new LocalServer(UserFolders.of(environment)).announce(stub.uri(), data);

        assertThat(run("whoami").out()).isEqualTo("admin on " + stub.uri() + "\n");
        assertThat(stub.requests("POST /api/auth/login").getFirst().text()).isEqualTo("{\"key\":\"bim_admin\"}");
    }
}
