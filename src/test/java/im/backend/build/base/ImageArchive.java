package im.backend.build.base;

import im.backend.build.Platform;
import im.backend.domain.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An image archive with one layer, of either kind, whole or spoilt as the test says. */
public final class ImageArchive {
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> links = new LinkedHashMap<>();
    private final byte[] tar;
    private Platform platform = Platform.ofThisHost();

    public ImageArchive(String file, String text) {
        this.tar = tar(Map.of(file, text.getBytes(StandardCharsets.UTF_8)), Map.of());
    }

    public ImageArchive of(Platform other) {
        platform = other;
        return this;
    }

    /** How a layer is kept. */
    public enum Packing {
        PLAIN("tar"),
        GZIP("tar+gzip");

        private final String suffix;

        Packing(String suffix) {
            this.suffix = suffix;
        }
    }

    public ImageArchive saved() {
        byte[] configuration = configuration(digest(tar));
        files.put("layer.tar", tar);
        files.put("configuration.json", configuration);
        files.put("manifest.json", bytes("""
            [{"Config": "configuration.json", "RepoTags": ["base:1"], "Layers": ["layer.tar"]}]\
            """));
        return this;
    }

    public ImageArchive layout(Packing packing) {
        byte[] layer = packing == Packing.GZIP ? gzip(tar) : tar;
        byte[] configuration = configuration(digest(tar));
        byte[] manifest = bytes("""
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%s", "size": %d},
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.%s", "digest": "%s", "size": %d}]}\
            """.formatted(
                        digest(configuration), configuration.length, packing.suffix, digest(layer), layer.length));
        put(layer);
        put(configuration);
        put(manifest);
        files.put("oci-layout", bytes("{\"imageLayoutVersion\": \"1.0.0\"}"));
        files.put("index.json", bytes("""
            {"schemaVersion": 2, "manifests": [
             {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "%s", "size": %d}]}\
            """.formatted(digest(manifest), manifest.length)));
        return this;
    }

    public ImageArchive with(String name, String text) {
        files.put(name, bytes(text));
        return this;
    }

    public ImageArchive without(String name) {
        files.remove(name);
        return this;
    }

    public ImageArchive link(String name, String target) {
        links.put(name, target);
        return this;
    }

    /** The layer's blob says something else than its name. */
    public ImageArchive spoilt() {
        String name = blobName(digest(gzip(tar)));
        files.put(name, gzip(tar(Map.of("other", bytes("other")), Map.of())));
        return this;
    }

    public Digest manifest() {
        return files.entrySet().stream()
                .filter(file -> new String(file.getValue(), StandardCharsets.ISO_8859_1).contains("\"layers\": [{"))
                .map(file -> digest(file.getValue()))
                .findFirst()
                .orElseThrow();
    }

    public Digest diffId() {
        return digest(tar);
    }

    public byte[] bytes() {
        return tar(files, links);
    }

    private void put(byte[] blob) {
        files.put(blobName(digest(blob)), blob);
    }

    private static String blobName(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    private byte[] configuration(Digest diffId) {
        return bytes("""
            {"architecture": "%s", "os": "%s", "config": {"Env": ["PATH=/opt/bin:/bin", "FROM_BASE=yes"],
             "Labels": {"vendor": "somebody"}}, "rootfs": {"type": "layers", "diff_ids": ["%s"]},
             "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "debootstrap"}]}\
            """.formatted(platform.architecture(), platform.os(), diffId));
    }

    public static Digest digest(byte[] bytes) {
        return Digest.of(Digest.Algorithm.SHA256, bytes);
    }

    public static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        return out.toByteArray();
    }

    private static byte[] tar(Map<String, byte[]> files, Map<String, String> links) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(file.getValue().length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
            for (Map.Entry<String, String> link : links.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarConstants.LF_SYMLINK);
                entry.setLinkName(link.getValue());
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
