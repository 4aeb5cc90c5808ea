package im.backend.orchestrator.kubernetes;

import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An image of one static program, {@code /app/serve}, put into a registry. Needs a C compiler. */
public final class StaticImage {
    private StaticImage() {}

    public static boolean canBeMade() {
        return Files.isExecutable(Path.of("/usr/bin/gcc"));
    }

    public static Digest put(ImageRegistry registry, RepositoryName repository, Path folder) {
        try {
            byte[] layer = tar(compiled(folder));
            StoredBlob stored = registry.blobs().write(repository, out -> out.write(layer));
            byte[] config = """
                {"architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/app/serve"]},\
                 "rootfs": {"type": "layers", "diff_ids": ["%s"]}}\
                """.formatted(stored.digest()).getBytes(StandardCharsets.UTF_8);
            StoredBlob configuration = registry.blobs().write(repository, out -> out.write(config));
            String manifest = """
                {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                 "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%s", "size": %d},
                 "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "%s", "size": %d}]}\
                """.formatted(configuration.digest(), config.length, stored.digest(), layer.length);
            NewManifest fresh = new NewManifest(
                    manifest.getBytes(StandardCharsets.UTF_8), "application/vnd.oci.image.manifest.v1+json", List.of());
            registry.put(repository, fresh);
            return fresh.digest();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    public static Path compiled(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("serve.c");
        try (InputStream text = Objects.requireNonNull(StaticImage.class.getResourceAsStream("/apps/static/serve.c"))) {
            Files.write(source, text.readAllBytes());
        }
        Path program = folder.resolve("serve");
        int code = new ProcessBuilder("gcc", "-static", "-Os", "-s", "-o", program.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("gcc ended with " + code);
        }
        return program;
    }

    private static byte[] tar(Path program) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String name : List.of("app/", "tmp/", "data/")) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setMode(0755);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            byte[] content = Files.readAllBytes(program);
            TarArchiveEntry entry = new TarArchiveEntry("app/serve");
            entry.setSize(content.length);
            entry.setMode(0755);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
