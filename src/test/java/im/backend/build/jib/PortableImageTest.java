package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.FakeBuildSandbox;
import im.backend.build.FakeImageBases;
import im.backend.build.ImageBuilder;
import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.ReleaseImage;
import im.backend.build.base.ImageArchive;
import im.backend.build.base.ImageBasesSettings;
import im.backend.build.base.RegistryImageBases;
import im.backend.build.detect.Detection;
import im.backend.domain.AppManifest;
import im.backend.domain.Digest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.manifest.Manifests;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other hosts see of an image: the base below it, its environment, its volumes, what a redeploy adds. */
class PortableImageTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ProjectId PROJECT = new ProjectId("admin-shop");
    private static final InMemorySourceTree TREE = InMemorySourceTree.of("main.py", "print('one')\n");

    private final FakeImageBases bases = new FakeImageBases();
    private final List<JibImageBuilder> opened = new ArrayList<>();

    @TempDir
    private Path folder;

    private JibImageBuilder builder;

    @BeforeEach
    void open() {
        builder = newBuilder(images());
    }

    @AfterEach
    void close() {
        opened.forEach(JibImageBuilder::close);
    }

    @Test
    void theBaseIsBelowTheAppAndItsEnvironmentIsKept() throws IOException {
        giveBase(images());

        JsonNode manifest = document(build(TREE).digest());
        JsonNode configuration =
                document(new Digest(manifest.path("config").path("digest").asText()));

        assertThat(manifest.path("layers")).hasSize(2);
        assertThat(configuration.path("rootfs").path("diff_ids")).hasSize(2);
        assertThat(configuration.path("history")).hasSize(2);
        assertThat(configuration.path("config").path("Env").toString()).contains("FROM_BASE=yes", "/opt/bin:/bin");
        JsonNode labels = configuration.path("config").path("Labels");
        assertThat(labels.path("vendor").asText()).isEqualTo("somebody");
        assertThat(labels.path("org.opencontainers.image.base.name").asText())
                .isEqualTo("docker.io/library/python:3-slim");
    }

    @Test
    void onThisHostOnlyTheAppIsUnpacked() {
        giveBase(images());

        ReleaseImage image = builder.open(build(TREE).digest());

        assertThat(image.mounts()).hasSize(1);
        assertThat(app(image).resolve("main.py")).exists();
        assertThat(app(image).resolve("etc")).doesNotExist();
    }

    @Test
    void theSameSourceOnTheSameBaseGivesTheSameDigestAnywhere() {
        giveBase(images());
        Digest here = build(TREE).digest();
        giveBase(folder.resolve("elsewhere"));

        ImageBuilder elsewhere = newBuilder(folder.resolve("elsewhere"));

        assertThat(elsewhere
                        .build(new BuildRequest(PROJECT, TREE, AppManifest.defaults(), Map.of()), line -> {})
                        .digest())
                .isEqualTo(here);
    }

    @Test
    void aChangeOfOneFileWritesItsLayerAConfigurationAndAManifest() throws IOException {
        giveBase(images());
        build(TREE);
        close();
        long before = blobBytes();
        builder = newBuilder(images());

        build(TREE.with("main.py", "print('two')\n"));
        close();

        assertThat(blobBytes() - before).as("bytes, attachments included").isLessThan(8_000);
    }

    @Test
    void volumesAreFoldersThatTheAppMayWriteIn() throws IOException {
        AppManifest manifest = Manifests.parse("volumes: [/data]\n");

        Digest digest = builder.build(new BuildRequest(PROJECT, TREE, manifest, Map.of()), line -> {})
                .digest();

        JsonNode document = document(digest);
        byte[] lowest =
                bytes(new Digest(document.path("layers").get(0).path("digest").asText()));
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(lowest)))) {
            TarArchiveEntry entry = tar.getNextEntry();
            assertThat(entry.getName()).isEqualTo("data/");
            assertThat(entry.getLongUserId()).isEqualTo(1000);
        }
        assertThat(builder.open(digest).mounts()).hasSize(1);
    }

    @Test
    void imagesAreNamedByCommitAndByRelease() {
        Digest digest = build(TREE).digest();

        builder.released(PROJECT, digest, new ReleaseVersion(3));
        close();

        DiskRegistry registry = registry(images());
        RepositoryName repository = new RepositoryName("admin/shop");
        assertThat(registry.tags(repository))
                .containsExactlyInAnyOrder(new Tag(TREE.commit().shortForm()), new Tag("v3"));
        assertThat(registry.find(repository, new Reference.ByTag(new Tag("v3")))
                        .orElseThrow()
                        .digest())
                .isEqualTo(digest);
    }

    @Test
    void theBillAndTheProvenanceHangOnTheImage() {
        Digest digest = build(TREE).digest();
        builder.released(PROJECT, digest, new ReleaseVersion(1));
        build(TREE);
        builder.released(PROJECT, digest, new ReleaseVersion(2));
        close();

        assertThat(registry(images()).referrers(new RepositoryName("admin/shop"), digest))
                .extracting(referrer -> referrer.artifactType().orElseThrow())
                .containsExactlyInAnyOrder("application/vnd.cyclonedx+json", "application/vnd.in-toto+json");
    }

    @Test
    void anImageThatNeverBecameAReleaseHasNoNames() {
        build(TREE);
        close();

        assertThat(registry(images()).tags(new RepositoryName("admin/shop"))).isEmpty();
    }

    private BuiltImage build(InMemorySourceTree tree) {
        return builder.build(new BuildRequest(PROJECT, tree, AppManifest.defaults(), Map.of()), line -> {});
    }

    private JibImageBuilder newBuilder(Path folder) {
        JibImageBuilder created = new JibImageBuilder(
                new JibSettings(folder),
                new Detection(),
                new FakeBuildSandbox(),
                new ImageStores(registry(folder), bases, Optional.empty()),
                Clock.systemUTC());
        created.start();
        opened.add(created);
        return created;
    }

    private static DiskRegistry registry(Path folder) {
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), Clock.systemUTC());
        registry.start();
        return registry;
    }

    private Path images() {
        return folder.resolve("images");
    }

    private static Path app(ReleaseImage image) {
        return image.mounts().getFirst().folder();
    }

    private void giveBase(Path of) {
        ImageBasesSettings settings = new ImageBasesSettings(
                ImageBasesSettings.Use.AUTO, folder.resolve("spool"), Map.of(), List.of("*"), 1 << 20);
        RegistryImageBases shelf = new RegistryImageBases(
                settings,
                registry(of),
                reference -> {
                    throw new IllegalStateException("no network");
                },
                Platform.ofThisHost());
        ImageArchive archive = new ImageArchive("etc/base", "a base").saved();
        bases.give(shelf.bring(ImageReference.parse("python:3-slim"), new ByteArrayInputStream(archive.bytes())));
    }

    private long blobBytes() throws IOException {
        long sum = 0;
        for (Path blob : blobs()) {
            sum += Files.size(blob);
        }
        return sum;
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
        return StoredImage.bytes(registry(images()).blobs(), digest);
    }
}
