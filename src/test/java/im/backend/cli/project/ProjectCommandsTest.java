package im.backend.cli.project;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class ProjectCommandsTest extends CommandKit {
    @Test
    void aSecretThatNoEnvEntryNamesIsToldHowTheAppGetsIt() throws IOException {
        stub.reply("PATCH /v1/projects/p/secrets", 200, "{\"secrets\":[]}");
        stub.reply("GET /v1/projects/p/env", 200, "{\"env\":{\"KEY\":\"secret:api_key\"}}");
        Files.writeString(folder.resolve("backend.yml"), "name: p\nenv: [MAIL=secret:mail]\n");

        assertThat(run("secret", "set", "db_url=x", "--no-restart").err())
                .contains("backendim env set DB_URL=secret:db_url");
        assertThat(run("secret", "set", "api_key=x", "mail=y", "--no-restart").err())
                .doesNotContain("env set");
    }

    @Test
    void secretsComeFromStdinAndAreNeverPrinted() {
        environment.put("BACKENDIM_PROJECT", "p");
        stub.reply("PATCH /v1/projects/p/secrets", 200, "{\"secrets\":[]}");

        CommandRun run = runWith("hunter2\n", "secret", "set", "db_url", "--stdin", "--no-restart");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("Set db_url.\n");
        assertThat(run.err()).doesNotContain("hunter2");
        assertThat(sent("PATCH /v1/projects/p/secrets").text())
                .isEqualTo("{\"set\":{\"db_url\":\"hunter2\"},\"restart\":false}");
    }

    @Test
    void aDotEnvFileBecomesSecrets() throws IOException {
        stub.reply("PATCH /v1/projects/my-api/secrets", 200, "{\"secrets\":[]}");
        Files.writeString(folder.resolve(".env"), "# c\nexport A=1\nB=\"two words\"\n\nC='x=y'\n");

        assertThat(run("secret", "import").out()).isEqualTo("Set 3 secrets: A, B, C.\n");
        assertThat(sent("PATCH /v1/projects/my-api/secrets").text())
                .startsWith("{\"set\":{\"A\":\"1\",\"B\":\"two words\",\"C\":\"x=y\"}");
    }

    @Test
    void nothingIsDeletedWithoutItsName() {
        stub.reply("GET /v1/projects/my-api", 200, "{\"id\":\"admin-my-api\",\"name\":\"my-api\"}");
        stub.reply("DELETE /v1/projects/my-api", 204, "");

        assertThat(run("destroy", "--yes").err()).contains("(expected: --confirm my-api)");
        assertThat(run("destroy", "--confirm", "other").exit()).isEqualTo(2);
        assertThat(stub.requests("DELETE /v1/projects/my-api")).isEmpty();
        assertThat(run("destroy", "--confirm=my-api").out()).isEqualTo("Deleted admin-my-api.\n");
        assertThat(sent("DELETE /v1/projects/my-api").path()).endsWith("?confirm=my-api");
    }
}
