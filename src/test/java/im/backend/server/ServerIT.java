package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.config.ServerConfig;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server with all its real technologies, in this process. */
@Tag("slow")
class ServerIT {
    @TempDir
    Path folder;

    @Test
    void anAppOutlivesItsServerAndTheNextServerTakesItOver() throws IOException {
        String[] token;
        try (WholeServer server = WholeServer.start(config(Map.of()))) {
            token = server.token;

            HttpProbe.Watched deployment = server.deploy("<h1>hello</h1>");

            assertThat(deployment.statuses()).isEqualTo(ContractIT.SEED_STATUSES);
            String url = deployment.messages().getLast().path("url").asText();
            assertThat(url).contains("site.localhost");
            assertThat(server.started.apps()).isEqualTo(url.replace("//site", "//*"));
        }

        try (WholeServer next = WholeServer.start(config(Map.of()))) {
            assertThat(next.http.get("/v1/projects/site/state", token).is(200).text("/instances/0/state"))
                    .isEqualTo("running");
            assertThat(next.page()).contains("hello");
            next.destroy();
        }
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefusedAndTheFirstServesOn() throws IOException {
        try (WholeServer first = WholeServer.start(config(Map.of()))) {
            Problem refused = refused(Map.of());

            assertThat(refused.slug()).isEqualTo("data-folder-in-use");
            assertThat(refused.detail())
                    .contains(
                            folder.resolve("data").toString(),
                            String.valueOf(ProcessHandle.current().pid()),
                            "--data");
            first.http.get("/readyz").is(200);
            assertThat(first.get("/v1/server").is(200).at("/checks")).isNotEmpty();
        }
    }

    @Test
    void whoeverGuessesKeysIsStoppedAtEveryDoorByOneCount() throws IOException {
        try (WholeServer server = WholeServer.start(config(Map.of("limits.logins-per-minute", "6")))) {
            HttpProbe http = server.http;
            String key = server.adminKey();
            for (int round = 0; round < 2; round++) {
                http.json("POST", "/api/auth/login", "{\"key\":\"bim_guess\"}").is(401);
                http.get("/git/site.git/info/refs?service=git-upload-pack", basic("bim_guess"))
                        .is(401);
                http.get("/v2/token", basic("bim_guess")).is(401);
            }

            List<HttpProbe.Answer> refused = List.of(
                    http.json("POST", "/api/auth/login", "{\"key\":\"" + key + "\"}"),
                    http.get("/git/site.git/info/refs?service=git-upload-pack", basic(key)),
                    http.get("/v2/token", basic(key)),
                    http.get("/v2/", basic(key)));

            assertThat(refused).allSatisfy(answer -> {
                answer.is(429);
                assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
            });
            server.get("/v1/projects").is(200);
        }
    }

    private static String[] basic(String key) {
        String pair = "any:" + key;
        return new String[] {
            "Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))
        };
    }

    @Test
    void aPortThatSomebodyElseHasIsNamed() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Problem refused = refused(Map.of("server.port", String.valueOf(other.getLocalPort())));

            assertThat(refused.slug()).isEqualTo("port-taken");
            assertThat(refused.detail()).contains("127.0.0.1:" + other.getLocalPort(), "--port");
        }
    }

    private ServerConfig config(Map<String, String> flags) {
        return WholeServer.config(folder, flags);
    }

    private Problem refused(Map<String, String> flags) {
        return catchThrowableOfType(ProblemException.class, () -> WholeServer.start(config(flags)))
                .problem();
    }
}
