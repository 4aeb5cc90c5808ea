package im.backend.e2e;

import static org.awaitility.Awaitility.await;

import im.backend.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@code java -jar backendim.jar serve} in a folder of its own, and the CLI of the same user. A test class has one for all its
 * tests: {@code @RegisterExtension static final PackagedServer server = new PackagedServer();}
 */
final class PackagedServer implements BeforeAllCallback, AfterAllCallback {
    static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Path JAR =
            Path.of(System.getProperty("backendim.jar", "target/backendim.jar")).toAbsolutePath();
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path home;
    private final int port = freePort();
    private final int appsPort;
    private final List<String> options;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private Process process;

    PackagedServer(String... options) {
        this.options = List.of(options);
        this.appsPort = freePort();
        try {
            this.home = Files.createTempDirectory("backendim-e2e");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PackagedServer(PackagedServer first) {
        this.options = first.options;
        this.appsPort = first.appsPort;
        this.home = first.home;
    }

    /** Another server on the same data, with the same options and a port of its own. */
    PackagedServer another() {
        return new PackagedServer(this);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        startProcess();
        awaitReady();
    }

    /** Stops every app and the server, and removes the folder. */
    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (process != null && process.isAlive()) {
            for (Path project : projects()) {
                cli(home, "stop", "-p", project.getFileName().toString().replaceAll("\\.git$", ""), "--yes");
            }
            terminate();
        }
        new FileTree(home).delete();
    }

    /** Starts the process again on the same data and ports. */
    void startProcess() {
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-jar",
                JAR.toString(),
                "serve",
                "--data",
                data().toString(),
                "--port",
                Integer.toString(port),
                "--apps-port",
                Integer.toString(appsPort)));
        // The rates for people are tested elsewhere; here a minute holds more deployments than a person makes in an
        // hour.
        command.addAll(List.of(
                "--set", "limits.deploys-per-minute=100000",
                "--set", "limits.requests-per-minute=1000000",
                "--set", "limits.git-requests-per-minute=100000"));
        command.addAll(options);
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.environment().putAll(environment());
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        await("ready; log: " + log())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(
                                "the server ended with " + process.exitValue() + ": " + Files.readString(log()));
                    }
                    return isReady();
                });
    }

    boolean isReady() {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create(url() + "/readyz"))
                                            .timeout(Duration.ofSeconds(2))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** SIGKILL, as a power switch would. */
    void kill() {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; returns the exit code. */
    int terminate() {
        process.destroy();
        awaitEnd();
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                throw new AssertionError("the server did not end in 40 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Ran cli(Path folder, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return Ran.run(folder, environment(), PATIENCE, command);
    }

    /** GET of an app through the proxy, by its host, without a name lookup. */
    HttpResponse<String> app(String name, String path) throws IOException, InterruptedException {
        return http.send(appRequest(name, path).build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder appRequest(String name, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + appsPort + path))
                .header("Host", name + ".localhost:" + appsPort)
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    int appsPort() {
        return appsPort;
    }

    long pid() {
        return process.pid();
    }

    Path data() {
        return home.resolve("data");
    }

    Path home() {
        return home;
    }

    Path log() {
        return home.resolve("server.log");
    }

    String adminKey() {
        try {
            return Files.readString(data().resolve("admin.key")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a user's shell would have: the address of the server, and a config folder of its own. */
    Map<String, String> environment() {
        return Map.of(
                "BACKENDIM_URL", url(),
                "XDG_CONFIG_HOME", home.resolve("config").toString(),
                "XDG_DATA_HOME", home.resolve("share").toString());
    }

    private List<Path> projects() throws IOException {
        try (var repositories = Files.list(data().resolve("git"))) {
            return repositories.toList();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
