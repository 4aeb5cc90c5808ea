package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server on a real disk that is full: a small tmpfs, which needs root to be mounted. */
@Tag("slow")
class FullDiskIT {
    private static final int DISK_MEBIBYTES = 160;
    private static final String PAGE = "<h1>hello</h1>";

    @TempDir
    Path folder;

    private Path disk;
    private WholeServer server;

    @BeforeEach
    void start() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEBIBYTES + "m", "tmpfs", disk.toString()))
                .as("needs the right to mount")
                .isZero();
        server = WholeServer.start(WholeServer.config(disk, Map.of("limits.free-space-min", "32Mi")));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.http.delete("/v1/projects/site?confirm=site", server.token);
            server.close();
            run("umount", "--lazy", disk.toString());
        }
    }

    @Test
    void anUploadThatFindsNoRoomIsToldSoAndAllWorksAgainWhenThereIsSome() throws IOException {
        fillButFor(40);

        HttpProbe.Answer upload = upload(50);
        HttpProbe.Answer blob = server.http.send(
                "POST",
                "/v2/admin/site/blobs/uploads/?digest=sha256:" + "0".repeat(64),
                noise(50),
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(server.token[1]
                                        .replace("Bearer ", "any:")
                                        .getBytes(StandardCharsets.UTF_8)),
                "Content-Type",
                "application/octet-stream");

        upload.isProblem(507, "storage-full");
        assertThat(blob.is(507).text("/errors/0/message")).contains("no room for images");
        server.get("/v1/projects").is(200);
        free();
        assertThat(ended(upload(1))).isEqualTo("complete");
    }

    private String ended(HttpProbe.Answer deployment) {
        String id = deploymentId(deployment);
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> status(id), status -> List.of("complete", "failed").contains(status));
    }

    private static String deploymentId(HttpProbe.Answer deployment) {
        return deployment.is(202).text("/deploymentId");
    }

    private String status(String id) {
        return server.get("/v1/deployments/" + id).is(200).text("/status");
    }

    private HttpProbe.Answer upload(int mebibytes) {
        return server.upload(
                Map.of("index.html", PAGE, "noise.txt", Base64.getEncoder().encodeToString(noise(mebibytes))));
    }

    private static byte[] noise(int mebibytes) {
        byte[] noise = new byte[mebibytes << 20];
        new Random(mebibytes).nextBytes(noise);
        return noise;
    }

    private void fillButFor(int mebibytes) throws IOException {
        long left = Files.getFileStore(disk).getUsableSpace() - ((long) mebibytes << 20);
        byte[] block = new byte[1 << 20];
        try (RandomAccessFile fill = new RandomAccessFile(disk.resolve("fill").toFile(), "rw")) {
            for (long written = 0; written < left; written += block.length) {
                fill.write(block);
            }
        }
    }

    private void free() throws IOException {
        Files.delete(disk.resolve("fill"));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor();
    }
}
