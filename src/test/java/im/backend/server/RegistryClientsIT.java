package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.domain.Digest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients that people have, as their packages bring them, with a log-in. */
@Tag("slow")
class RegistryClientsIT {
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

    @TempDir
    private Path folder;

    private RegistryFixture fixture;
    private String registry;

    @BeforeEach
    void start() throws IOException {
        fixture = new RegistryFixture(folder.resolve("server"), RegistryFixture.LIMITS, false).start();
        registry = "localhost:" + fixture.port();
        writeLayout(folder.resolve("layout"));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void skopeoCopiesInOutAndAcrossAndDeletes() throws Exception {
        assumeInstalled("skopeo");
        String image = "docker://" + registry + "/root/tools:1.0";
        String copy = "docker://" + registry + "/root/copies/tools:1.0";
        run("root", "skopeo", "login", "--tls-verify=false", "-u", "anyone", "--password-stdin", registry);
        run(
                "",
                "skopeo",
                "copy",
                "--preserve-digests",
                "--dest-tls-verify=false",
                "oci:" + folder.resolve("layout") + ":1.0",
                image);
        run("", "skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", image, copy);
        run("", "skopeo", "copy", "--src-tls-verify=false", copy, "oci:" + folder.resolve("again") + ":1.0");

        for (String blob : blobs("layout")) {
            assertThat(fixture.registry().blobs().size(Digest.ofSha256Hex(blob)))
                    .as(blob)
                    .isPresent();
        }
        assertThat(blobs("again")).hasSize(3);
        assertThat(run("", "skopeo", "list-tags", "--tls-verify=false", "docker://" + registry + "/root/tools"))
                .contains("\"1.0\"");
        run("", "skopeo", "delete", "--tls-verify=false", copy);
        assertThat(run("", "skopeo", "list-tags", "--tls-verify=false", "docker://" + registry + "/root/copies/tools"))
                .doesNotContain("\"1.0\"");
    }

    @Test
    void skopeoOfAStrangerIsTurnedAway() throws Exception {
        assumeInstalled("skopeo");
        run("ada", "skopeo", "login", "--tls-verify=false", "-u", "ada", "--password-stdin", registry);
        Outcome refused = start(
                "",
                "skopeo",
                "copy",
                "--dest-tls-verify=false",
                "oci:" + folder.resolve("layout") + ":1.0",
                "docker://" + registry + "/bob/tools:1.0");

        assertThat(refused.exitCode()).isNotZero();
        assertThat(fixture.registry().repositories()).isEmpty();
    }

    @Test
    void podmanLogsInPullsAndPushes() throws Exception {
        assumeInstalled("podman");
        assumeInstalled("skopeo");
        String name = registry + "/root/tools:1.0";
        String other = registry + "/root/others:2.0";
        podman("root", "login", "--tls-verify=false", "-u", "root", "--password-stdin", registry);
        run(
                "",
                "skopeo",
                "copy",
                "--dest-tls-verify=false",
                "oci:" + folder.resolve("layout") + ":1.0",
                "docker://" + name);

        podman("", "pull", "--tls-verify=false", name);
        podman("", "tag", name, other);
        podman("", "push", "--tls-verify=false", other);

        assertThat(fixture.client("root")
                        .get("/v2/root/others/tags/list")
                        .at("/tags")
                        .toString())
                .isEqualTo("[\"2.0\"]");
    }

    private void podman(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "podman",
                "--root",
                folder.resolve("podman").toString(),
                "--runroot",
                folder.resolve("podman-run").toString(),
                "--storage-driver",
                "vfs"));
        command.addAll(List.of(arguments));
        run(input, command.toArray(String[]::new));
    }

    @Test
    void curlPushesAndPullsWithoutAToken() throws Exception {
        assumeInstalled("curl");
        byte[] blob = "from curl".getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, blob);
        Path file = Files.write(folder.resolve("blob"), blob);
        String uploads = "http://" + registry + "/v2/root/curl/blobs/uploads/";

        String status = run(
                "",
                "curl",
                "-sS",
                "-u",
                "x:root",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--data-binary",
                "@" + file,
                uploads + "?digest=" + digest);
        String pulled = run("", "curl", "-sS", "-u", "x:root", "http://" + registry + "/v2/root/curl/blobs/" + digest);

        assertThat(status).isEqualTo("201");
        assertThat(pulled).isEqualTo("from curl");
    }

    private record Outcome(int exitCode, String output) {}

    private String run(String input, String... command) throws Exception {
        Outcome outcome = start(input, command);
        assertThat(outcome.exitCode())
                .as(Arrays.toString(command) + ": " + outcome.output())
                .isZero();
        return outcome.output();
    }

    private Outcome start(String input, String... command) throws Exception {
        Path output = Files.createTempFile(folder, "output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("REGISTRY_AUTH_FILE", folder.resolve("auth.json").toString());
        environment.put("HOME", folder.toString());
        Process process = builder.start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as(Arrays.toString(command))
                .isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }

    private static void assumeInstalled(String program) {
        assumeThat(Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(one -> Files.isExecutable(Path.of(one, program))))
                .as(program + " is not installed")
                .isTrue();
    }

    private List<String> blobs(String layout) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(layout).resolve("blobs/sha256"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** An image of one file. */
    private static void writeLayout(Path layout) throws IOException {
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(tar)) {
            TarArchiveEntry entry = new TarArchiveEntry("hello.txt");
            entry.setSize(5);
            out.putArchiveEntry(entry);
            out.write("hello".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
        }
        String layer = blob(blobs, tar.toByteArray());
        String config = blob(
                blobs,
                ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                                + layer.substring(layer.indexOf("sha256:"), layer.indexOf("\",\"size")) + "\"]}}")
                        .getBytes(StandardCharsets.UTF_8));
        String manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + IMAGE + "\",\"config\":"
                + "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\"," + config + "},\"layers\":["
                + "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\"," + layer + "}]}";
        String stored = blob(blobs, manifest.getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                layout.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" + IMAGE + "\"," + stored
                        + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"1.0\"}}]}");
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    /** Digest and size, as a descriptor has them. */
    private static String blob(Path blobs, byte[] content) throws IOException {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, content);
        Files.write(blobs.resolve(digest.hex()), content);
        return "\"digest\":\"" + digest + "\",\"size\":" + content.length;
    }
}
