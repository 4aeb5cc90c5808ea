package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.config.ConfigReader;
import im.backend.config.ServerConfig;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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

    private ServerConfig config() {
        return config(0);
    }

    private ServerConfig config(int port) {
        return ConfigReader.read(
                        null,
                        Map.of("HOME", folder.toString()),
                        Map.of("data", folder.resolve("data").toString(), "server.port", "" + port, "apps.port", "0"))
                .config();
    }

    @Test
    void anAppOutlivesItsServerAndTheNextServerTakesItOver() throws IOException {
        String url;
        String[] token;
        try (Server server = new Server(config(), Clock.systemUTC())) {
            Started started = server.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                token = signIn(http, started);
                byte[] source = TarGz.of(Map.of("index.html", "<h1>hello</h1>"));
                String id = http.multipart(
                                "/v1/deployments",
                                List.of(new Object[] {"source", source}, new Object[] {"project", "site"}),
                                token)
                        .is(202)
                        .text("/deploymentId");
                HttpProbe.Watched watched = http.watch("/ws?deploymentId=" + id, token);
                assertThat(watched.statuses()).isEqualTo(ContractIT.SEED_STATUSES);
                url = watched.messages().getLast().path("url").asText();
                assertThat(started.apps()).isEqualTo(url.replace("//site", "//*"));
            }
        }

        try (Server next = new Server(config(), Clock.systemUTC())) {
            Started started = next.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                assertThat(http.get("/v1/projects/site/state", token).is(200).text("/instances/0/state"))
                        .isEqualTo("running");
                assertThat(getFromApp(started.apps().replace("*", "site"))).contains("hello");
                http.delete("/v1/projects/site?confirm=site", token).is(204);
            }
        }
        assertThat(url).contains("site.localhost");
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefusedAndTheFirstServesOn() throws IOException {
        try (Server first = new Server(config(), Clock.systemUTC())) {
            Started started = first.start();

            ProblemException refused =
                    catchThrowableOfType(ProblemException.class, () -> new Server(config(), Clock.systemUTC()).start());

            assertThat(refused.problem().slug()).isEqualTo("data-folder-in-use");
            assertThat(refused.problem().detail())
                    .contains(
                            folder.resolve("data").toString(),
                            String.valueOf(ProcessHandle.current().pid()),
                            "--data");
            try (HttpProbe http = new HttpProbe(started.api())) {
                http.get("/readyz").is(200);
                assertThat(http.get("/v1/server", signIn(http, started)).is(200).at("/checks"))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void whoeverGuessesKeysIsStoppedAtEveryDoorByOneCount() throws IOException {
        ServerConfig config = ConfigReader.read(
                        null,
                        Map.of("HOME", folder.toString()),
                        Map.of(
                                "data",
                                folder.resolve("data").toString(),
                                "server.port",
                                "0",
                                "apps.port",
                                "0",
                                "limits.logins-per-minute",
                                "6"))
                .config();
        try (Server server = new Server(config, Clock.systemUTC())) {
            Started started = server.start();
            try (HttpProbe http = new HttpProbe(started.api())) {
                String[] token = signIn(http, started);
                String key = Files.readString(started.adminKeyFile()).strip();
                for (int round = 0; round < 2; round++) {
                    http.json("POST", "/api/auth/login", "{\"key\":\"bim_guess\"}")
                            .is(401);
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
                http.get("/v1/projects", token).is(200);
            }
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
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Server server = new Server(config(other.getLocalPort()), Clock.systemUTC())) {
            ProblemException refused = catchThrowableOfType(ProblemException.class, server::start);

            assertThat(refused.problem().slug()).isEqualTo("port-taken");
            assertThat(refused.problem().detail()).contains("127.0.0.1:" + other.getLocalPort(), "--port");
        }
    }

    /** The JDK's own resolver does not know that all of {@code localhost} is this machine (RFC 6761). */
    static String getFromApp(String url) throws IOException {
        URI app = URI.create(url);
        try (Socket socket = new Socket("127.0.0.1", app.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + app.getAuthority() + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String[] signIn(HttpProbe http, Started started) throws IOException {
        String key = Files.readString(started.adminKeyFile()).strip();
        String token = http.json("POST", "/api/auth/login", "{\"key\":\"" + key + "\"}")
                .is(200)
                .text("/access_token");
        return new String[] {"Authorization", "Bearer " + token};
    }
}
