package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment leaves in the registry, pulled and run by the engines that people have. */
@Tag("slow")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ImagesE2E {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ASK =
            "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/healthz').status)";

    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    private static String image = "";
    /** Without it each layer is a copy of all below, which takes a minute. */
    private static boolean overlay;

    @BeforeAll
    static void deploy() throws IOException {
        Assumptions.assumeTrue(Programs.present("skopeo", "podman", "runc"), "skopeo, podman and runc are needed");
        overlay = Podman.overlayWorks(server.home());
        Path base = PythonImage.archive();
        server.cli(server.home(), "registry", "import", base.toString(), "--name", PythonImage.reference())
                .ok();
        Path app = Folders.copyOfExample("fastapi-users", server.home().resolve("app"));
        server.cli(app, "deploy").ok();
        image = server.url().substring("http://".length()) + "/admin/fastapi-users:v1";
        await("the release's own tag")
                .atMost(Duration.ofSeconds(10))
                .until(() -> skopeo("inspect").exit() == 0);
    }

    @Test
    void skopeoSeesWhatTheImageIs() throws IOException {
        JsonNode seen = JSON.readTree(skopeo("inspect").ok().out());
        JsonNode configuration =
                JSON.readTree(skopeo("inspect", "--config").ok().out());

        JsonNode run = configuration.path("config");
        assertThat(seen.path("Layers")).as("base, volume, packages, app").hasSize(4);
        assertThat(run.path("User").asText()).isEqualTo("1000:1000");
        assertThat(run.path("WorkingDir").asText()).isEqualTo("/app");
        assertThat(run.path("Entrypoint").get(0).asText()).isEqualTo("uvicorn");
        assertThat(run.path("Env").toString()).contains("PORT=8080", "HOST=0.0.0.0", "DATA_DIR=/data");
        assertThat(run.path("ExposedPorts").has("8080/tcp")).isTrue();
        JsonNode labels = run.path("Labels");
        assertThat(labels.path("org.opencontainers.image.revision").asText()).matches("[0-9a-f]{40}");
        assertThat(labels.path("org.opencontainers.image.base.name").asText()).isEqualTo(PythonImage.reference());
        assertThat(labels.path("org.opencontainers.image.base.digest").asText()).startsWith("sha256:");
        assertThat(configuration.path("created").asText())
                .isEqualTo(labels.path("org.opencontainers.image.created").asText());
    }

    @Test
    void podmanPullsAndRunsIt() throws IOException {
        podman("pull", "--quiet", "--tls-verify=false", "--creds", credentials(), image)
                .ok();
        podman("run", "--detach", "--name", "app", "--network", "none", image).ok();
        try {
            await("200 in the container")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> podman("exec", "app", "python3", "-c", ASK)
                                    .out()
                                    .strip(),
                            "200"::equals);
            assertThat(podman("exec", "app", "id", "-u").ok().out().strip()).isEqualTo("1000");
            assertThat(podman("exec", "app", "touch", "/app/main.py").exit()).isNotZero();
        } finally {
            podman("rm", "--force", "app");
            podman("rmi", "--force", image);
        }
    }

    @Test
    void containerdPullsAndRunsIt() throws Exception {
        Assumptions.assumeTrue(Programs.present("containerd", "ctr"), "containerd is needed (apt install containerd)");
        Path config = Files.writeString(folder.resolve("config.toml"), """
            version = 2
            root = "%1$s/root"
            state = "%1$s/state"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "%1$s/socket"
            [ttrpc]
              address = "%1$s/ttrpc"
            """.formatted(folder));
        Process containerd = new ProcessBuilder("containerd", "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            await("containerd")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> ctr("version").exit() == 0);
            ctr("images", "pull", "--plain-http", "--user", credentials(), "--snapshotter", snapshotter(), image)
                    .ok();
            ctr("run", "--detach", "--snapshotter", snapshotter(), image, "app").ok();
            await("200 in the container")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> ctr(
                                            "tasks",
                                            "exec",
                                            "--exec-id",
                                            "ask-" + System.nanoTime(),
                                            "app",
                                            "python3",
                                            "-c",
                                            ASK)
                                    .out()
                                    .strip(),
                            "200"::equals);
        } finally {
            ctr("tasks", "rm", "--force", "app");
            ctr("containers", "rm", "app");
            containerd.destroy();
            containerd.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static String snapshotter() {
        return overlay ? "overlayfs" : "native";
    }

    private static String credentials() {
        return "admin:" + server.adminKey();
    }

    private static Ran skopeo(String... words) {
        List<String> command = new ArrayList<>(List.of("skopeo"));
        command.addAll(List.of(words));
        command.addAll(List.of("--tls-verify=false", "--creds", credentials(), "docker://" + image));
        return Ran.run(server.home(), Map.of(), Duration.ofMinutes(1), command);
    }

    private Ran podman(String... words) throws IOException {
        return Podman.in(folder, overlay).run(words);
    }

    private Ran ctr(String... words) {
        List<String> command = new ArrayList<>(
                List.of("ctr", "--address", folder.resolve("socket").toString()));
        command.addAll(List.of(words));
        return Ran.run(folder, Map.of(), Duration.ofMinutes(2), command);
    }
}
