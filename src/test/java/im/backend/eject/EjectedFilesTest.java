package im.backend.eject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.build.RuntimeTable;
import im.backend.build.detect.Detection;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectName;
import im.backend.file.FileTree;
import im.backend.host.RootFolder;
import im.backend.manifest.Manifests;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What eject writes, in the hands of the tools that it is for: buildah and podman, and the schemas of Kubernetes. */
@Tag("slow")
class EjectedFilesTest {
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    private Path folder;

    @AfterEach
    void removeWhatBuildersOwn() throws IOException {
        new FileTree(folder.resolve("store")).delete();
    }

    @Test
    void buildahBuildsTheDockerfileAndPodmanRunsIt() throws Exception {
        assumeThat(Stream.of("buildah", "podman", "runc").allMatch(EjectedFilesTest::isInstalled))
                .as("buildah, podman and runc are installed")
                .isTrue();
        assumeThat(System.getProperty("user.name"))
                .as("the engines need root here")
                .isEqualTo("root");
        assumeThat(succeeds(PYTHON, "-m", "pip", "--version"))
                .as("pip is there")
                .isTrue();
        makeBase();
        Path app = Files.createDirectories(folder.resolve("app"));
        InMemorySourceTree tree = InMemorySourceTree.of("requirements.txt", "bottle==0.13.2\n", "main.py", """
            import os, sys
            import bottle

            @bottle.route("/")
            def hello():
                open(os.environ["DATA_DIR"] + "/x", "w").close()
                return "bottle " + bottle.__version__ + " as " + str(os.getuid()) + " " + " ".join(sys.argv[1:])

            bottle.run(host=os.environ["HOST"], port=int(os.environ["PORT"]))
            """);
        AppManifest manifest = Manifests.parse("entrypoint: python3 main.py --port $PORT\nvolumes: [/data]\n");
        for (var entry : tree.entries()) {
            tree.copy(entry, app.resolve(entry.path()));
        }
        write(app, eject(tree, manifest));

        store(
                "buildah",
                "build",
                "--isolation",
                "chroot",
                "--build-arg",
                "BASE=localhost/base",
                "-t",
                "localhost/app",
                app.toString());
        int port = freePort();
        Process podman = new ProcessBuilder(words(
                        "podman",
                        "--cgroup-manager",
                        "cgroupfs",
                        "--runtime",
                        "runc",
                        "run",
                        "--rm",
                        "--name",
                        "ejected",
                        "--network",
                        "host",
                        "--ulimit",
                        "nofile=1024:1024",
                        "--ulimit",
                        "nproc=1024:1024",
                        "--env",
                        "PORT=" + port,
                        "--env",
                        "HOST=127.0.0.1",
                        "localhost/app"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("podman.log").toFile())
                .start();
        try {
            await("an answer; podman says: " + folder.resolve("podman.log"))
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(get(port)).isEqualTo("bottle 0.13.2 as 1000 --port " + port));
        } finally {
            run(words("podman", "--runtime", "runc", "rm", "--force", "--time", "1", "ejected"));
            podman.destroy();
            podman.waitFor(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void theManifestsFollowTheSchemasOfKubernetes() throws Exception {
        Path packages = folder.resolve("packages");
        assumeThat(succeeds(
                        "python3",
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--target",
                        packages.toString(),
                        "kubernetes-validate"))
                .as("kubernetes-validate can be installed")
                .isTrue();
        Path file = Files.writeString(
                folder.resolve("kubernetes.yaml"), EjectionTest.everything().get("kubernetes.yaml"));
        String program = """
            import sys
            sys.path.insert(0, sys.argv[2])
            import yaml, kubernetes_validate
            documents = [one for one in yaml.safe_load_all(open(sys.argv[1])) if one]
            for one in documents:
                kubernetes_validate.validate(one, "1.29", strict=True)
            print(len(documents), "valid")
            """;

        assertThat(run(List.of("python3", "-c", program, file.toString(), packages.toString())))
                .contains("10 valid");
    }

    /** Debian's own Python, from the files of this host: no registry is asked. */
    private void makeBase() throws IOException {
        Path root = RootFolder.make(folder.resolve("root"), "sh", "mkdir", "chown", "python3");
        Path library = Path.of(run(List.of(PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"))
                .strip());
        copy(library, root.resolve(library.getParent().toString().substring(1)));
        RootFolder.addLibraries(root, library);
        Path packages = Files.createDirectories(root.resolve("usr/lib/python3/dist-packages"));
        try (Stream<Path> all = Files.list(Path.of("/usr/lib/python3/dist-packages"))) {
            for (Path one : all.filter(
                            path -> path.getFileName().toString().matches("(pip|setuptools|wheel|pkg_resources).*"))
                    .toList()) {
                copy(one, packages);
            }
        }
        copy(Path.of("/etc/ssl/certs/ca-certificates.crt"), Files.createDirectories(root.resolve("etc/ssl/certs")));
        run(List.of(
                "tar", "-C", root.toString(), "-cf", folder.resolve("base.tar").toString(), "."));
        Path context = Files.createDirectories(folder.resolve("base"));
        Files.move(folder.resolve("base.tar"), context.resolve("base.tar"));
        Files.writeString(
                context.resolve("Dockerfile"), "FROM scratch\nADD base.tar /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n");
        store("buildah", "build", "--isolation", "chroot", "-t", "localhost/base", context.toString());
    }

    private static void copy(Path from, Path into) throws IOException {
        Files.createDirectories(into);
        run(List.of("cp", "-a", from.toString(), into.toString()));
    }

    private static SortedMap<String, String> eject(InMemorySourceTree tree, AppManifest manifest) {
        RuntimeTable bases = new RuntimeTable(Map.of("python", "docker.io/library/python:{version}-slim"));
        return new Ejection(new ProjectName("shop"), new Detection().plan(tree, manifest), manifest, bases, List.of())
                .files();
    }

    private static void write(Path app, SortedMap<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(app.resolve(file.getKey()), file.getValue());
        }
    }

    private String store(String... command) throws IOException {
        return run(words(command));
    }

    /** The same store for both engines, beside the host's own. */
    private List<String> words(String... command) {
        List<String> words = new ArrayList<>(List.of(
                command[0],
                "--root",
                folder.resolve("store").toString(),
                "--runroot",
                folder.resolve("store-run").toString(),
                "--storage-driver",
                "vfs"));
        words.addAll(List.of(command).subList(1, command.length));
        return words;
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
        return said;
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)), Stream.of("/usr/sbin"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private static String get(int port) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
