package im.backend.build.jib;

import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.hash.CountingDigestOutputStream;
import com.google.cloud.tools.jib.image.json.OciIndexTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import im.backend.domain.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Blobs by digest and their index in a folder (OCI image spec, "Image Layout"), readable by skopeo and others. A blob has
 * its name only once it is whole and on disk. Safe for several threads.
 */
final class OciLayout {
    private static final String MARK = "{\"imageLayoutVersion\":\"1.0.0\"}";
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path folder;
    private final Path blobs;
    private final Path unfinished;
    private OciIndexTemplate index = new OciIndexTemplate();

    OciLayout(Path folder) {
        this.folder = folder;
        this.blobs = folder.resolve("blobs").resolve("sha256");
        this.unfinished = folder.resolve("unfinished");
    }

    /** Writes a blob's bytes once. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    synchronized void start() throws IOException {
        Files.createDirectories(blobs);
        Files.createDirectories(unfinished);
        for (Path left : list(unfinished)) {
            Files.deleteIfExists(left);
        }
        Path mark = folder.resolve("oci-layout");
        if (!Files.exists(mark)) {
            Files.writeString(mark, MARK);
        }
        Path file = folder.resolve("index.json");
        if (Files.exists(file)) {
            index = JsonTemplateMapper.readJsonFromFile(file, OciIndexTemplate.class);
        } else {
            writeIndex();
        }
    }

    boolean has(Digest digest) {
        return Files.exists(file(digest));
    }

    Optional<byte[]> read(Digest digest) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file(digest)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    InputStream open(Digest digest) throws IOException {
        return Files.newInputStream(file(digest));
    }

    /** What is used again counts as young for {@link #prune}. */
    void touch(Digest digest, long nowMillis) throws IOException {
        Files.setLastModifiedTime(file(digest), FileTime.fromMillis(nowMillis));
    }

    /** The blob's descriptor; a blob of the same bytes is kept as it is. The name is durable after {@link #sync}. */
    BlobDescriptor write(Content content) throws IOException {
        Path written = Files.createTempFile(unfinished, "blob", "");
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            OutputStream file = Channels.newOutputStream(channel);
            CountingDigestOutputStream digesting = new CountingDigestOutputStream(file);
            BufferedOutputStream out = new BufferedOutputStream(digesting, BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            BlobDescriptor descriptor = digesting.computeDigest();
            channel.force(false);
            Files.move(written, file(new Digest(descriptor.getDigest().toString())), StandardCopyOption.ATOMIC_MOVE);
            return descriptor;
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /** The names of the blobs written before survive a power cut. */
    void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(blobs, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Lists an image for other tools; it can be made anew from the blobs and so is not forced to disk. */
    synchronized void addToIndex(BlobDescriptor manifest, String name) throws IOException {
        boolean listed = index.getManifests().stream()
                .anyMatch(one -> manifest.getDigest().equals(one.getDigest()));
        if (!listed) {
            index.addManifest(manifest, name);
            writeIndex();
        }
    }

    /** Removes the blobs that are not wanted and older than {@code beforeMillis}. */
    synchronized void prune(Predicate<Digest> wanted, long beforeMillis) throws IOException {
        for (Path blob : list(blobs)) {
            Digest digest = Digest.ofSha256Hex(blob.getFileName().toString());
            if (!wanted.test(digest) && Files.getLastModifiedTime(blob).toMillis() < beforeMillis) {
                Files.deleteIfExists(blob);
            }
        }
        List<OciIndexTemplate.ManifestDescriptorTemplate> before = index.getManifests();
        OciIndexTemplate kept = new OciIndexTemplate();
        before.stream()
                .filter(one -> one.getDigest() != null
                        && has(new Digest(one.getDigest().toString())))
                .forEach(kept::addManifest);
        index = kept;
        writeIndex();
    }

    static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return new ArrayList<>();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private Path file(Digest digest) {
        return blobs.resolve(digest.hex());
    }

    private void writeIndex() throws IOException {
        Path written = unfinished.resolve("index.json");
        Files.write(written, JsonTemplateMapper.toByteArray(index));
        Files.move(written, folder.resolve("index.json"), StandardCopyOption.ATOMIC_MOVE);
    }
}
