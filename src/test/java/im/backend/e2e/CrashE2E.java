package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the server at random moments of deploys, pushes and secret writes. */
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CrashE2E {
    private static final int KILLS = Integer.getInteger("backendim.kills", 50);
    private static final String PROJECT = "admin-crash";
    private static final long SEED = 20_261_121L;

    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    /** What the server has acknowledged. */
    private final List<String> deployments = new ArrayList<>();

    private final Set<String> pushed = new HashSet<>();
    private int secretAcknowledged;
    private int counter;

    @Test
    void nothingAcknowledgedIsLostAndNoAppRunsTwice() throws Exception {
        Random random = new Random(SEED);
        ApiClient api = new ApiClient(server);
        api.signIn();
        api.post("/v1/projects", Map.of("name", "crash"));
        putSecret(api);
        deploy(api);
        awaitTerminal(api, deployments.getFirst());
        Path clone = cloneRepository();

        for (int kill = 1; kill <= KILLS; kill++) {
            AtomicBoolean over = new AtomicBoolean();
            Thread worker = Thread.ofVirtual().start(() -> work(api, clone, over));
            Thread.sleep(random.nextInt(1500));
            server.kill();
            over.set(true);
            worker.join();

            server.startProcess();
            server.awaitReady();
            api.signIn();
            for (String deployment : deployments) {
                awaitTerminal(api, deployment);
            }
            await("the app answers after kill " + kill)
                    .atMost(Duration.ofSeconds(30))
                    .until(this::appAnswers);
            assertThat(interpreters().values())
                    .as("deployments with a running instance after kill " + kill)
                    .doesNotHaveDuplicates();
            // A deployment is complete when traffic has moved; the instance before it may still be ending.
            await("one instance is left after kill " + kill)
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> interpreters().size() == 1);
            assertThat(unknownCommits(clone)).as("pushed commits that are gone").isEmpty();
        }

        deploy(api);
        awaitTerminal(api, deployments.getLast());
        assertThat(api.get("/api/status/" + deployments.getLast())
                        .body()
                        .get("status")
                        .asText())
                .isEqualTo("complete");
        int seen = Integer.parseInt(server.app("crash", "/").body().split(" ")[1]);
        assertThat(seen)
                .as("the last secret that was acknowledged, or a later one")
                .isBetween(secretAcknowledged, counter);
        push(clone);
        fsck();
    }

    /** Deploys, secret writes and pushes in turn until the server is gone. */
    private void work(ApiClient api, Path clone, AtomicBoolean over) {
        try {
            while (!over.get()) {
                switch (counter % 3) {
                    case 0 -> deploy(api);
                    case 1 -> putSecret(api);
                    default -> push(clone);
                }
            }
        } catch (IOException serverIsGone) {
            // that is the point of the test
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | AssertionError e) {
            if (!over.get() && server.isReady()) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void deploy(ApiClient api) throws IOException, InterruptedException {
        counter++;
        ApiClient.Reply reply = api.post(
                "/api/deploy",
                Map.of(
                        "projectId",
                        PROJECT,
                        "files",
                        Map.of("main.py", MAIN, "version.txt", "" + counter, "backend.yml", BACKEND_YML)));
        if (reply.status() == 202) {
            deployments.add(reply.body().get("deploymentId").asText());
        }
    }

    private void putSecret(ApiClient api) throws IOException, InterruptedException {
        int value = ++counter;
        if (api.put("/v1/projects/" + PROJECT + "/secrets/number", Map.of("value", "" + value, "restart", false))
                        .status()
                < 300) {
            secretAcknowledged = value;
        }
    }

    private void push(Path clone) throws IOException {
        counter++;
        git(clone, "fetch", "-q", remote(), "main");
        git(clone, "reset", "-q", "--hard", "FETCH_HEAD");
        Files.writeString(clone.resolve("version.txt"), "pushed " + counter);
        git(clone, "add", "-A");
        git(clone, "commit", "-qm", "push " + counter);
        String commit = git(clone, "rev-parse", "HEAD").out().strip();
        Ran result = git(clone, "push", remote(), "HEAD:main");
        if (result.exit() == 0 && result.err().contains("-> main")) {
            pushed.add(commit);
        }
    }

    private void awaitTerminal(ApiClient api, String deployment) {
        await("deployment " + deployment + " ends")
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    String status = api.get("/api/status/" + deployment)
                            .body()
                            .path("status")
                            .asText("absent");
                    assertThat(status).isNotEqualTo("absent");
                    return status.equals("complete") || status.equals("failed");
                });
    }

    private boolean appAnswers() {
        try {
            return server.app("crash", "/").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private List<String> unknownCommits(Path clone) {
        git(clone, "fetch", "-q", remote(), "main").ok();
        Set<String> known =
                git(clone, "rev-list", "FETCH_HEAD").ok().out().lines().collect(Collectors.toSet());
        return pushed.stream().filter(commit -> !known.contains(commit)).toList();
    }

    private Path cloneRepository() {
        Path clone = folder.resolve("clone");
        Ran.run(folder, Map.of(), Duration.ofMinutes(1), List.of("git", "clone", "-q", remote(), clone.toString()))
                .ok();
        git(clone, "config", "user.name", "crash").ok();
        git(clone, "config", "user.email", "crash@example.com").ok();
        return clone;
    }

    private void fsck() {
        Path repository = server.data().resolve("git").resolve(PROJECT + ".git");
        git(repository, "fsck", "--no-dangling").ok();
    }

    private static String remote() {
        return server.url().replace("http://", "http://crash:" + server.adminKey() + "@") + "/git/" + PROJECT + ".git";
    }

    private static Ran git(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return Ran.run(folder, Map.of("GIT_TERMINAL_PROMPT", "0"), Duration.ofMinutes(1), command);
    }

    /** The app's living interpreters by process id: for each the deployment that it belongs to. */
    private static Map<String, String> interpreters() throws IOException {
        Map<String, String> found = new HashMap<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                try {
                    List<String> environment =
                            List.of(Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1)
                                    .split("\0"));
                    String name = Files.readString(process.resolve("comm")).strip();
                    if (environment.contains("BACKENDIM_PROJECT_ID=" + PROJECT) && name.startsWith("python")) {
                        environment.stream()
                                .filter(entry -> entry.startsWith("BACKENDIM_DEPLOYMENT_ID="))
                                .forEach(
                                        entry -> found.put(process.getFileName().toString(), entry));
                    }
                } catch (IOException ended) {
                    // a process that ended while it was looked at
                }
            }
        }
        return found;
    }

    private static final String BACKEND_YML = """
        name: crash
        runtime: python
        entrypoint: python3 main.py
        env:
          - NUMBER=secret:number
        """;

    private static final String MAIN = """
        import os
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        version = open("version.txt").read().strip().replace(" ", "-")

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = f"{version} {os.environ['NUMBER']}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
        """;
}
