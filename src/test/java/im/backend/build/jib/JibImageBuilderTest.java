package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.FakeBuildSandbox;
import im.backend.build.FakeImageBases;
import im.backend.build.ImageBuilder;
import im.backend.build.ImageBuilderContract;
import im.backend.build.ReleaseImage;
import im.backend.build.detect.Detection;
import im.backend.build.jib.app.AppParts;
import im.backend.domain.AppManifest;
import im.backend.domain.CommitHash;
import im.backend.domain.Digest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SourceTree;
import im.backend.file.FileTree;
import im.backend.registry.ImageRegistry;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.sbom.PackageUrl;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JibImageBuilderTest extends ImageBuilderContract {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final FakeBuildSandbox sandbox = new FakeBuildSandbox();
    private final List<JibImageBuilder> opened = new ArrayList<>();
    private final FakeImageBases bases = new FakeImageBases();

    @Override
    protected ImageBuilder newBuilder(Path folder) {
        return newBuilder(folder, Clock.systemUTC());
    }

    private JibImageBuilder newBuilder(Path folder, Clock clock) {
        JibImageBuilder created = new JibImageBuilder(
                new JibSettings(folder),
                new Detection(),
                sandbox,
                new ImageStores(registry(folder, clock), bases, Optional.empty()),
                clock);
        created.start();
        opened.add(created);
        return created;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(JibImageBuilder::close);
    }

    private DiskRegistry registry(Path folder, Clock clock) {
        DiskRegistry registry =
                new DiskRegistry(new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), clock);
        registry.start();
        return registry;
    }

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
        sandbox.givePackage(PackageUrl.python("jinja2", "3.1.2"));
        BuiltImage first = build(TREE);

        BuiltImage second = build(TREE.with("main.py", "print('two')\n"));

        assertThat(builder.sbom(second.digest()).orElseThrow().packages())
                .containsExactly(PackageUrl.python("jinja2", "3.1.2"));
        assertThat(builder.sbom(second.digest())).isEqualTo(builder.sbom(first.digest()));
    }

    @Test
    void otherPackagesAreAnotherImage() {
        Digest without = build(TREE).digest();
        sandbox.givePackage(PackageUrl.python("jinja2", "3.1.2"));

        assertThat(build(TREE).digest()).isNotEqualTo(without);
    }

    @Test
    void theBillOfALiveImageOutlivesACleanUpLongAfter() throws Exception {
        sandbox.givePackage(PackageUrl.npm("@hapi/hoek", "9.3.0"));
        Digest live = build(TREE).digest();
        ImageBuilder tomorrow =
                newBuilder(folder.resolve("images"), Clock.offset(Clock.systemUTC(), Duration.ofDays(1)));

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
    void dependenciesAreALayerThatAChangeOfTheAppDoesNotTouch() throws IOException {
        sandbox.giveLayer("k1", dependencies(), "/app/.deps");
        build(TREE);

        BuiltImage second = build(TREE.with("main.py", "print('two')\n"));

        assertThat(second.layers()).extracting(BuiltImage.Layer::reused).containsExactly(true, false);
    }

    @Test
    void dependenciesAreMountedOnAPlaceThatIsThere() throws IOException {
        sandbox.giveLayer("k1", dependencies(), "/app/.deps");

        ReleaseImage image = builder.open(build(TREE).digest());

        assertThat(image.mounts()).extracting(ReleaseImage.Mount::path).containsExactly("/app", "/app/.deps");
        assertThat(app(image).resolve(".deps")).isEmptyDirectory();
        Path mounted = image.mounts().get(1).folder();
        assertThat(mounted.resolve("bin/tool")).isExecutable();
        assertThat(Files.readSymbolicLink(mounted.resolve("bin/link"))).isEqualTo(Path.of("../lib/a.py"));
    }

    @Test
    void anUnchangedFileIsSharedWithTheLastRelease() throws IOException {
        Path first = app(builder.open(build(TREE).digest()));

        Path second =
                app(builder.open(build(TREE.with("main.py", "print('two')\n")).digest()));

        assertThat(inode(second.resolve("shop/data.txt"))).isEqualTo(inode(first.resolve("shop/data.txt")));
        assertThat(inode(second.resolve("main.py"))).isNotEqualTo(inode(first.resolve("main.py")));
        assertThat(first.resolve("main.py")).hasContent("print('one')\n");
    }

    @Test
    void aFileThatBecomesExecutableIsNotSharedWithTheOneThatIsNot() throws IOException {
        Path first = app(builder.open(build(TREE).digest()));

        Path second = app(builder.open(build(TREE.executable("main.py")).digest()));

        assertThat(Files.isExecutable(second.resolve("main.py"))).isTrue();
        assertThat(Files.isExecutable(first.resolve("main.py"))).isFalse();
    }

    @Test
    void filesOfAReleaseAreReadOnly() throws IOException {
        Path app = app(builder.open(build(TREE).digest()));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("main.py"))))
                .isEqualTo("r--r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("run.sh"))))
                .isEqualTo("r-xr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("shop"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void aFolderThatWasLostIsUnpackedAgain() throws IOException {
        sandbox.giveLayer("k1", dependencies(), "/app/.deps");
        Digest digest = build(TREE).digest();
        new FileTree(images().resolve("layers")).delete();
        Files.createDirectory(images().resolve("layers"));

        ReleaseImage image = builder.open(digest);

        assertThat(app(image).resolve("main.py")).hasContent("print('one')\n");
        assertThat(app(image).resolve(".deps")).isEmptyDirectory();
        assertThat(image.mounts().get(1).folder().resolve("bin/link")).isSymbolicLink();
    }

    @Test
    void aFolderThatAPowerCutEmptiedIsUnpackedAgain() throws IOException {
        Digest digest = build(TREE).digest();
        Path app = app(builder.open(digest));
        Path seal = app.resolveSibling(app.getFileName() + ".sealed");
        Files.writeString(seal, Files.readString(seal).replaceFirst("\\S+", "another-boot"));
        Files.delete(app.resolve("main.py"));
        Files.createFile(app.resolve("main.py"));

        assertThat(app(builder.open(digest)).resolve("main.py")).hasContent("print('one')\n");
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
    void whatABuildMadeReplacesTheSource() throws IOException {
        Path built = Files.createDirectories(folder.resolve("built"));
        Files.writeString(built.resolve("out.js"), "made");
        Files.createSymbolicLink(built.resolve("latest.js"), Path.of("out.js"));
        sandbox.giveApp("k", built);

        Path app = app(builder.open(build(TREE).digest()));

        assertThat(app.resolve("out.js")).hasContent("made");
        assertThat(app.resolve("latest.js")).isSymbolicLink();
        assertThat(app.resolve("main.py")).doesNotExist();
    }

    @Test
    void aLargeAppIsSpreadOverLayersSoThatAChangePacksOneOfThem() {
        InMemorySourceTree large = large(1_200);
        BuiltImage first = build(large);

        BuiltImage second = build(large.with("package7/module3.py", "changed = True\n"));

        assertThat(first.layers()).hasSize(16);
        assertThat(second.layers().stream().filter(layer -> !layer.reused())).hasSize(1);
    }

    @Test
    void aChangeOfTheCodeOfAnAppWithHeavyFilesPacksNoneOfThem() {
        InMemorySourceTree heavy = heavy(12);
        BuiltImage first = build(heavy);

        BuiltImage second = build(heavy.with("main.py", "print(2)\n"));

        assertThat(second.digest()).isNotEqualTo(first.digest());
        assertThat(second.layers().stream().filter(layer -> !layer.reused()))
                .singleElement()
                .satisfies(code -> assertThat(code.sizeBytes()).isLessThan(1024));
    }

    @Test
    void aChangeOfAHeavyFilePacksThePartThatItIsIn() {
        InMemorySourceTree heavy = heavy(64);
        BuiltImage first = build(heavy);

        BuiltImage second = build(heavy.with("model/1.bin", "other ".repeat(200_000)));

        assertThat(first.layers().size()).isBetween(4, AppParts.PARTS + 1);
        assertThat(second.layers().stream()
                        .filter(layer -> !layer.reused())
                        .mapToLong(BuiltImage.Layer::sizeBytes)
                        .sum())
                .isLessThan(first.layers().stream()
                                .mapToLong(BuiltImage.Layer::sizeBytes)
                                .sum()
                        / 4);
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
        ImageBuilder later = newBuilder(images(), tomorrow);
        later.prune(List.of(live));
        registry(images(), tomorrow).collect(List.of(live), ImageRegistry.Extent.REMOVE);

        assertThatThrownBy(() -> later.open(old)).hasMessageStartingWith("release-gone");
        assertThat(app(later.open(live)).resolve("main.py")).hasContent("print('one')\n");
        assertThat(blobs()).as("all of the one image").hasSize(8);
        try (Stream<Path> folders = Files.list(images().resolve("layers"))) {
            assertThat(folders.filter(Files::isDirectory)).hasSize(1);
        }
    }

    @Test
    void anEmptyAppIsAnImageToo() {
        sandbox.giveApp("k", folder);

        assertThat(builder.open(build(TREE).digest()).mounts()).hasSize(1);
    }

    static InMemorySourceTree large(int files) {
        Map<String, byte[]> content = new TreeMap<>();
        content.put("main.py", "print(1)\n".getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < files; at++) {
            content.put(
                    "package" + at % 40 + "/module" + at / 40 + ".py",
                    ("value = " + at + "\n" + "# padding of a usual module\n".repeat(60))
                            .getBytes(StandardCharsets.UTF_8));
        }
        return InMemorySourceTree.ofBytes(content);
    }

    /** Code, and megabytes that do not get smaller by packing. */
    private static InMemorySourceTree heavy(int megabytes) {
        Random random = new Random(7);
        Map<String, byte[]> content = new TreeMap<>();
        content.put("main.py", "print(1)\n".getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < megabytes; at++) {
            byte[] bytes = new byte[1 << 20];
            random.nextBytes(bytes);
            content.put("model/" + at + ".bin", bytes);
        }
        return InMemorySourceTree.ofBytes(content);
    }

    private Path dependencies() throws IOException {
        Path made = folder.resolve("dependencies");
        Files.createDirectories(made.resolve("bin"));
        Files.createDirectories(made.resolve("lib"));
        Files.writeString(made.resolve("lib/a.py"), "a = 1\n");
        Files.writeString(made.resolve("bin/tool"), "#!/usr/bin/env python3\n");
        Files.setPosixFilePermissions(made.resolve("bin/tool"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.createSymbolicLink(made.resolve("bin/link"), Path.of("../lib/a.py"));
        return made;
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
        return StoredImage.bytes(registry(images(), Clock.systemUTC()).blobs(), digest);
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }
}
