package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.KubernetesOrchestrator;
import im.backend.orchestrator.kubernetes.KubernetesSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Deployment, Secret and claim of a release, as they are applied to a cluster, run by podman: another implementation of a
 * pod than the kubelet's, with an image that the server has built and podman pulls from its registry. Left out are the named
 * ports, which podman maps to the host and so refuses without a network. The Secret's data are given to podman beforehand:
 * podman 4.3 can not read the Secrets that it plays itself. Startup and readiness probes, the spread over nodes and pull
 * secrets it passes over.
 */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KubePlayE2E {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Project PROJECT =
            new Project(new ProjectId("admin-notes"), Instant.EPOCH, 1, Optional.empty());
    private static final ReleaseName RELEASE = new ReleaseName(PROJECT.id(), new CommitHash("c".repeat(40)));
    private static final String SERVE = """
        import http.server, os

        class Notes(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = os.path.join(os.environ["DATA_DIR"], "notes")
                if self.path == "/add":
                    open(path, "a").write("x")
                size = os.path.getsize(path) if os.path.exists(path) else 0
                body = f"{os.environ.get('TOKEN')} {size} {os.getuid()}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        address = (os.environ["HOST"], int(os.environ["PORT"]))
        http.server.ThreadingHTTPServer(address, Notes).serve_forever()
        """;
    private static final String ASK = "import sys, urllib.request as r;"
            + " a = r.urlopen('http://127.0.0.1:8080' + sys.argv[1]); print(a.status, a.read().decode())";

    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    @Test
    void podmanPlaysWhatIsAppliedToACluster() throws IOException {
        Assumptions.assumeTrue(
                Programs.present("skopeo", "podman", "catatonit", "runc"),
                "skopeo, podman with its catatonit, and runc are needed");
        String image = deployed();
        Podman podman = Podman.in(folder, Podman.overlayWorks(folder));
        List<String> objects = objects(image, podman);
        Path both = Files.writeString(folder.resolve("release.yaml"), String.join("---\n", objects));
        // The claim is there then, and podman does not take it for the same.
        Path again = Files.writeString(folder.resolve("again.yaml"), objects.getLast());

        List<String> answers = new ArrayList<>();
        try {
            for (Path played : List.of(both, again)) {
                podman.run(
                                "kube",
                                "play",
                                "--network",
                                "none",
                                "--tls-verify=false",
                                "--creds",
                                "admin:" + server.adminKey(),
                                played.toString())
                        .ok();
                String container = podman.run("ps", "--filter", "name=app", "--format", "{{.Names}}")
                        .ok()
                        .out()
                        .strip();
                await("200 in the container")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> ask(podman, container, "/").exit() == 0);
                answers.add(ask(podman, container, "/add").ok().out().strip());
                podman.run("kube", "down", again.toString()).ok();
            }
        } finally {
            podman.run("pod", "rm", "--all", "--force");
            podman.run("volume", "prune", "--force");
        }

        assertThat(answers).containsExactly("200 sesame 1 1000", "200 sesame 2 1000");
    }

    private static Ran ask(Podman podman, String container, String path) {
        return podman.run("exec", container, "python3", "-c", ASK, path);
    }

    /** @return the image of the release, by digest, in the server's registry */
    private static String deployed() throws IOException {
        server.cli(
                        server.home(),
                        "registry",
                        "import",
                        PythonImage.archive().toString(),
                        "--name",
                        PythonImage.reference())
                .ok();
        Path app = Files.createDirectories(server.home().resolve("notes"));
        Files.writeString(app.resolve("main.py"), SERVE);
        Files.writeString(
                app.resolve("backend.yml"),
                "name: notes\nentrypoint: python3 main.py\nvolumes: [{name: data, path: /data, size: 1Gi}]\n");
        server.cli(app, "deploy").ok();
        String repository = server.url().substring("http://".length()) + "/admin/notes";
        List<String> inspect = List.of(
                "skopeo",
                "inspect",
                "--tls-verify=false",
                "--creds",
                "admin:" + server.adminKey(),
                "docker://" + repository + ":v1");
        await("the release's own tag")
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        Ran.run(app, Map.of(), Duration.ofMinutes(1), inspect).exit() == 0);
        JsonNode seen = JSON.readTree(
                Ran.run(app, Map.of(), Duration.ofMinutes(1), inspect).ok().out());
        return repository + "@" + seen.path("Digest").asText();
    }

    /** Tells podman the Secret. @return the claim and the Deployment as a cluster is told them (JSON is YAML) */
    private List<String> objects(String image, Podman podman) throws IOException {
        try (FakeCluster fake = new FakeCluster(folder).start();
                Cluster cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig()))) {
            fake.store().create(new ObjectKey(Kind.NODE, "", "fake"), JsonNodeFactory.instance.objectNode());
            KubernetesOrchestrator orchestrator = new KubernetesOrchestrator(
                    cluster,
                    new KubernetesSettings(
                            "owner",
                            (project, digest) -> image,
                            Optional.empty(),
                            "kube-system",
                            new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("data")),
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(10)));
            orchestrator.createNamespace(RELEASE);
            List<Workload.Volume> volumes = orchestrator.createVolumes(
                    PROJECT, RELEASE, List.of(new VolumeClaim("data", "/data", 1 << 30, false)));
            orchestrator.start(new Workload(
                    new Workload.Key(new DeploymentId(UUID.randomUUID()), "web", 0),
                    PROJECT,
                    RELEASE,
                    PythonImage.runtime(),
                    Command.parse("python3 main.py"),
                    "/app",
                    Map.of("TOKEN", new SecretValue("sesame"), "DATA_DIR", new SecretValue("/data")),
                    new Workload.Image(
                            Digest.parse(image.substring(image.indexOf('@') + 1))
                                    .orElseThrow(),
                            List.of()),
                    volumes,
                    Workload.Terms.DEFAULT,
                    new Workload.Port.Assigned()));
            ObjectNode secret = fake.store()
                    .list(Kind.SECRET, RELEASE.toString())
                    .getFirst()
                    .getValue();
            Path data = Files.write(folder.resolve("secret"), JSON.writeValueAsBytes(secret.path("data")));
            podman.run("secret", "create", secret.at("/metadata/name").asText(), data.toString())
                    .ok();
            List<String> texts = new ArrayList<>();
            for (Kind<?> kind : List.of(Kind.PERSISTENT_VOLUME_CLAIM, Kind.DEPLOYMENT)) {
                ObjectNode object =
                        fake.store().list(kind, RELEASE.toString()).getFirst().getValue();
                object.remove("status");
                if (object.at("/spec/template/spec/containers/0") instanceof ObjectNode container) {
                    container.remove("ports");
                }
                texts.add(JSON.writeValueAsString(object) + "\n");
            }
            return texts;
        }
    }
}
