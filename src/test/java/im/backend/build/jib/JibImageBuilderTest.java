package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.ImageBuilder;
import im.backend.build.ImageBuilderContract;
import im.backend.domain.AppManifest;
import im.backend.domain.CommitHash;
import im.backend.domain.Digest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SourceTree;
import im.backend.registry.ImageRegistry;
import im.backend.sbom.PackageUrl;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class JibImageBuilderTest extends ImageBuilderContract {
    @AutoClose
    private final JibBuilders jib = new JibBuilders();

    @Override
    protected ImageBuilder newBuilder(Path in) {
        return jib.open(in, Clock.systemUTC());
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void everyBlobIsWhatItsNameSays() throws Exception {
        builder.released(PROJECT, build(TREE).digest(), new ReleaseVersion(1));
        close();

        for (Path blob : blobs()) {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(blob));
            assertThat(HexFormat.of().formatHex(sum))
                    .isEqualTo(blob.getFileName().toString());
        }
        assertThat(blobs())
                .as("layer, configuration, manifest; bill, provenance, their two manifests, the empty blob")
                .hasSize(8);
    }

    @Test
    void theBillOfMaterialsListsWhatWasInstalledAndIsWrittenOnce() throws Exception {
        jib.sandbox.givePackage(PackageUrl.python("jinja2", "3.1.2"));
        BuiltImage first = build(TREE);

        BuiltImage second = build(TREE.with("main.py", "print('two')\n"));

        assertThat(builder.sbom(second.digest()).orElseThrow().packages())
                .containsExactly(PackageUrl.python("jinja2", "3.1.2"));
        assertThat(builder.sbom(second.digest())).isEqualTo(builder.sbom(first.digest()));
    }

    @Test
    void otherPackagesAreAnotherImage() {
        Digest without = build(TREE).digest();
        jib.sandbox.givePackage(PackageUrl.python("jinja2", "3.1.2"));

        assertThat(build(TREE).digest()).isNotEqualTo(without);
    }

    @Test
    void theBillOfALiveImageOutlivesACleanUpLongAfter() throws Exception {
        jib.sandbox.givePackage(PackageUrl.npm("@hapi/hoek", "9.3.0"));
        Digest live = build(TREE).digest();
        ImageBuilder tomorrow = jib.open(folder.resolve("images"), Clock.offset(Clock.systemUTC(), Duration.ofDays(1)));

        tomorrow.prune(List.of(live));

        assertThat(tomorrow.sbom(live).orElseThrow().packages()).hasSize(1);
    }

    @Test
    void theConfigurationIsOneThatEnginesRun() throws IOException {
        JsonNode manifest = document(build(TREE).digest());
        JsonNode configuration =
                document(new Digest(manifest.path("config").path("digest").asText()));

        assertThat(manifest.path("mediaType").asText()).isEqualTo("application/vnd.oci.image.manifest.v1+json");
        assertThat(manifest.path("annotations")
                        .path("org.opencontainers.image.revision")
                        .asText())
                .isEqualTo(TREE.commit().value());
        assertThat(configuration.path("os").asText()).isEqualTo("linux");
        assertThat(configuration.path("created").asText()).isEqualTo("2026-01-01T00:00:00Z");
        JsonNode run = configuration.path("config");
        assertThat(run.path("User").asText()).isEqualTo("1000:1000");
        assertThat(run.path("WorkingDir").asText()).isEqualTo("/app");
        assertThat(run.path("Entrypoint")).hasSize(2);
        assertThat(run.path("Env").toString()).contains("PORT=8080", "HOST=0.0.0.0", "HOME=/tmp");
        assertThat(run.path("ExposedPorts").has("8080/tcp")).isTrue();
    }

    @Test
    void theDiffIdIsThatOfTheTar() throws Exception {
        Digest digest = build(TREE).digest();
        JsonNode manifest = document(digest);
        byte[] layer =
                bytes(new Digest(manifest.path("layers").get(0).path("digest").asText()));
        JsonNode configuration =
                document(new Digest(manifest.path("config").path("digest").asText()));

        byte[] tar = new GZIPInputStream(new ByteArrayInputStream(layer)).readAllBytes();

        byte[] sum = MessageDigest.getInstance("SHA-256").digest(tar);
        assertThat(configuration.path("rootfs").path("diff_ids").get(0).asText())
                .isEqualTo("sha256:" + HexFormat.of().formatHex(sum));
    }

    @Test
    void anotherCommitOfTheSameTreeHasTheSameLayersUnderItsOwnName() {
        BuiltImage first = build(TREE);

        BuiltImage second = build(TREE.at(new CommitHash("f".repeat(40))));

        assertThat(second.digest()).isNotEqualTo(first.digest());
        assertThat(second.layers()).allMatch(BuiltImage.Layer::reused);
    }

    @Test
    void aLostBlobOfTheSameSourceIsWrittenAgain() throws IOException {
        Digest digest = build(TREE).digest();
        close();
        builder = newBuilder(images());
        for (Path blob : blobs()) {
            Files.delete(blob);
        }
        assertThatThrownBy(() -> builder.open(digest)).hasMessageStartingWith("release-gone");

        assertThat(build(TREE).digest()).isEqualTo(digest);
        assertThat(builder.open(digest).digest()).isEqualTo(digest);
    }

    @Test
    void aBuildThatFailsHalfWayLeavesNothingThatKeepsTheDiskFull() throws IOException {
        InMemorySourceTree tree = TREE.with("one.bin", "1").with("two.bin", "2");
        SourceTree broken = new BreakingTree(tree, "two.bin");

        assertThatThrownBy(() ->
                        builder.build(new BuildRequest(PROJECT, broken, AppManifest.defaults(), Map.of()), line -> {}))
                .isInstanceOf(RuntimeException.class);

        try (Stream<Path> left = Files.walk(folder).filter(path -> path.endsWith("layers-unfinished"))) {
            assertThat(left.toList())
                    .isNotEmpty()
                    .allSatisfy(unfinished -> assertThat(unfinished).isEmptyDirectory());
        }
        assertThat(build(tree).digest()).isNotNull();
    }

    /** One whose disk is full when this file is written. */
    private record BreakingTree(SourceTree whole, String path) implements SourceTree {
        @Override
        public CommitHash commit() {
            return whole.commit();
        }

        @Override
        public Instant committedAt() {
            return whole.committedAt();
        }

        @Override
        public String treeHash() {
            return whole.treeHash();
        }

        @Override
        public List<Entry> entries() {
            return whole.entries();
        }

        @Override
        public Optional<byte[]> read(String file, int bytesMax) {
            return whole.read(file, bytesMax);
        }

        @Override
        public void copy(Entry entry, Path target) {
            whole.copy(entry, target);
            if (entry.path().equals(path)) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
        }
    }

    @Test
    void namesOfAnyKindComeThrough() {
        InMemorySourceTree odd = TREE.with("ü/ñ/日本.txt", "1")
                .with("a b/'quoted\".txt", "2")
                .with("d".repeat(120) + "/" + "n".repeat(200), "3")
                .with("line\nbreak", "4");
        Digest digest = build(odd).digest();
        build(odd.with("main.py", ""));

        Path app = app(builder.open(digest));

        assertThat(app.resolve("ü/ñ/日本.txt")).hasContent("1");
        assertThat(app.resolve("a b/'quoted\".txt")).hasContent("2");
        assertThat(app.resolve("d".repeat(120)).resolve("n".repeat(200))).hasContent("3");
        assertThat(app.resolve("line\nbreak")).hasContent("4");
    }

    @Test
    void aCleanUpLeavesWhatIsYoungAndRemovesWhatIsOld() throws IOException {
        Digest live = build(TREE).digest();
        builder.released(PROJECT, live, new ReleaseVersion(1));
        Digest old = build(TREE.with("main.py", "print('two')\n")).digest();
        builder.prune(List.of(live));
        assertThat(builder.open(old).digest()).isEqualTo(old);
        close();

        Clock tomorrow = Clock.offset(Clock.systemUTC(), Duration.ofHours(26));
        ImageBuilder later = jib.open(images(), tomorrow);
        later.prune(List.of(live));
        JibBuilders.registry(images(), tomorrow).collect(List.of(live), ImageRegistry.Extent.REMOVE);

        assertThatThrownBy(() -> later.open(old)).hasMessageStartingWith("release-gone");
        assertThat(app(later.open(live)).resolve("main.py")).hasContent("print('one')\n");
        assertThat(blobs()).as("all of the one image").hasSize(8);
        try (Stream<Path> folders = Files.list(images().resolve("layers"))) {
            assertThat(folders.filter(Files::isDirectory)).hasSize(1);
        }
    }

    @Test
    void anEmptyAppIsAnImageToo() {
        jib.sandbox.giveApp("k", folder);

        assertThat(builder.open(build(TREE).digest()).mounts()).hasSize(1);
    }

    private Path images() {
        return folder.resolve("images");
    }

    /** What was put off is written then. */
    private void close() {
        ((JibImageBuilder) builder).close();
    }

    private List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.walk(images().resolve("registry/blobs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private JsonNode document(Digest digest) throws IOException {
        return JSON.readTree(bytes(digest));
    }

    private byte[] bytes(Digest digest) throws IOException {
        return StoredImage.bytes(
                JibBuilders.registry(images(), Clock.systemUTC()).blobs(), digest);
    }
}
