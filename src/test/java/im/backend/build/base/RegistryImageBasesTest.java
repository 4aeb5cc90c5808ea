package im.backend.build.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.build.ImageBase;
import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.base.ImageArchive.Packing;
import im.backend.build.base.ImageBasesSettings.Use;
import im.backend.domain.Digest;
import im.backend.domain.RuntimeSpec;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.RepositoryName;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryImageBasesTest {
    private static final ImageReference PYTHON = ImageReference.parse("python:3.12-slim");
    private static final long BYTES_MAX = 4 << 20;

    @TempDir
    private Path folder;

    private DiskRegistry registry;
    private final List<ImageReference> pulled = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void open() {
        registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), Clock.systemUTC());
        registry.start();
    }

    @Test
    void aSavedImageIsGzippedOnceAndKeepsItsTar() throws IOException {
        ImageArchive archive = new ImageArchive("etc/base", "one").saved();

        ImageBase base = bring(archive);

        assertThat(base.repository()).isEqualTo("base/docker.io/library/python");
        assertThat(base.layers()).isEqualTo(1);
        assertThat(ImageArchive.digest(new GZIPInputStream(layerOf(base)).readAllBytes()))
                .isEqualTo(archive.diffId());
        assertThat(bring(new ImageArchive("etc/base", "one").saved()).digest()).isEqualTo(base.digest());
    }

    @Test
    void anArchiveMayBeGzipped() {
        byte[] archive =
                ImageArchive.gzip(new ImageArchive("etc/base", "one").saved().bytes());

        assertThat(bases(Use.AUTO)
                        .bring(PYTHON, new ByteArrayInputStream(archive))
                        .layers())
                .isEqualTo(1);
    }

    @Test
    void anOciImageKeepsItsDigest() {
        ImageArchive archive = new ImageArchive("etc/base", "one").layout(Packing.GZIP);

        assertThat(bring(archive).digest()).isEqualTo(archive.manifest());
    }

    @Test
    void anOciImageWithPlainLayersGetsAManifestForTheGzippedOnes() throws IOException {
        ImageArchive archive = new ImageArchive("etc/base", "one").layout(Packing.PLAIN);

        ImageBase base = bring(archive);

        assertThat(base.digest()).isNotEqualTo(archive.manifest());
        assertThat(ImageArchive.digest(new GZIPInputStream(layerOf(base)).readAllBytes()))
                .isEqualTo(archive.diffId());
    }

    @Test
    void aLinkInsideTheArchiveIsFollowed() {
        ImageArchive archive = new ImageArchive("etc/base", "one")
                .saved()
                .with("manifest.json", "[{\"Config\": \"configuration.json\", \"Layers\": [\"a/layer.tar\"]}]")
                .link("a/layer.tar", "../layer.tar");

        assertThat(bring(archive).layers()).isEqualTo(1);
    }

    @Test
    void aLayerThatIsNotWhatItsDigestSaysIsRefusedAndNothingIsNamed() {
        assertRefused(
                "digest-mismatch",
                new ImageArchive("etc/base", "one").layout(Packing.GZIP).spoilt());
    }

    @Test
    void aSavedLayerThatTheConfigurationDoesNotKnowIsRefused() {
        assertRefused(
                "digest-mismatch", new ImageArchive("etc/base", "one").saved().with("layer.tar", "other"));
    }

    @Test
    void hostileAndBrokenArchivesAreRefused() {
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().with("../outside", "x"));
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().with("/etc/passwd", "x"));
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().link("a", "../../etc/shadow"));
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().without("layer.tar"));
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().with("manifest.json", "{not json"));
        assertRefused("image-invalid", new ImageArchive("a", "b").saved().with("manifest.json", "[]"));
        assertRefused("image-invalid", new ImageArchive("a", "b"));
        assertRefused(
                "image-invalid",
                new ImageArchive("a", "b").of(new Platform("linux", "s390x")).saved());
        assertThat(refused(
                        bytes -> bases(Use.AUTO).bring(PYTHON, new ByteArrayInputStream(bytes)), "no tar".repeat(200)))
                .isEqualTo("image-invalid");
    }

    @Test
    void anArchiveThatWasCutShortIsRefused() {
        byte[] whole = new ImageArchive("a", "b").saved().bytes();

        assertThatThrownBy(() -> bases(Use.AUTO).bring(PYTHON, new ByteArrayInputStream(whole, 0, whole.length / 3)))
                .hasMessageStartingWith("image-invalid");
        assertThat(folder.resolve("spool")).isEmptyDirectory();
    }

    @Test
    void whatUnpacksToMoreThanIsAllowedIsRefused() {
        assertRefused(
                "image-too-large", new ImageArchive("zeros", "0".repeat((int) BYTES_MAX + 1)).layout(Packing.GZIP));
        assertRefused("image-too-large", new ImageArchive("zeros", "0".repeat((int) BYTES_MAX + 1)).saved());
    }

    @Test
    void onlyAllowedNamesAreTaken() {
        assertThatThrownBy(() -> bases(Use.AUTO).pull(ImageReference.parse("evil.example.com/miner")))
                .hasMessageStartingWith("image-denied");
        assertThatThrownBy(() -> bases(Use.AUTO)
                        .bring(ImageReference.parse("docker.io/somebody/python"), InputStream.nullInputStream()))
                .hasMessageStartingWith("image-denied");
        assertThat(pulled).isEmpty();
    }

    @Test
    void autoUsesWhatIsHereAndSaysHowToAddWhatIsNot() {
        RuntimeSpec runtime = RuntimeSpec.parse("python:3.12");

        assertThat(bases(Use.AUTO).choose(runtime, lines::add)).isEmpty();
        assertThat(lines)
                .singleElement()
                .asString()
                .contains("backendim registry pull docker.io/library/python:3.12-slim");
        ImageBase base = bring(new ImageArchive("etc/base", "one").saved());

        assertThat(bases(Use.AUTO).choose(runtime, lines::add)).contains(base);
        assertThat(bases(Use.NEVER).choose(runtime, lines::add)).isEmpty();
        assertThat(bases(Use.AUTO).choose(RuntimeSpec.parse("python:3.11"), lines::add))
                .isEmpty();
        assertThat(pulled).isEmpty();
    }

    @Test
    void alwaysPullsOnceAndThenNeedsNoNetwork() {
        RuntimeSpec runtime = RuntimeSpec.parse("python:3.12");

        ImageBase first = bases(Use.ALWAYS).choose(runtime, lines::add).orElseThrow();

        assertThat(bases(Use.ALWAYS).choose(runtime, lines::add)).contains(first);
        assertThat(pulled).containsExactly(PYTHON);
        assertThat(bases(Use.AUTO).list()).containsExactly(first);
    }

    @Test
    void aReferenceByDigestIsHeldToIt() {
        ImageReference other = ImageReference.parse("python@sha256:" + "0".repeat(64));

        assertThatThrownBy(() -> bases(Use.AUTO).pull(other)).hasMessageStartingWith("digest-mismatch");
    }

    @Test
    void referencesAreReadAsPeopleWriteThem() {
        assertThat(PYTHON).hasToString("docker.io/library/python:3.12-slim");
        assertThat(ImageReference.parse("ghcr.io/owner/app")).hasToString("ghcr.io/owner/app:latest");
        assertThat(ImageReference.parse("127.0.0.1:5000/a/b:1").host()).isEqualTo("127.0.0.1:5000");
        for (String bad : List.of("", "UPPER", "a b", "a//b", "../a", "a:", "-a", "a@sha256:1", "a".repeat(300))) {
            assertThatThrownBy(() -> ImageReference.parse(bad)).as(bad).hasMessageStartingWith("image-name-invalid");
        }
    }

    private ImageBase bring(ImageArchive archive) {
        return bases(Use.AUTO).bring(PYTHON, new ByteArrayInputStream(archive.bytes()));
    }

    private void assertRefused(String slug, ImageArchive archive) {
        assertThat(refused(bytes -> bases(Use.AUTO).bring(PYTHON, new ByteArrayInputStream(bytes)), archive.bytes()))
                .isEqualTo(slug);
        assertThat(registry.tags(new RepositoryName("base/docker.io/library/python")))
                .isEmpty();
        assertThat(folder.resolve("spool")).isEmptyDirectory();
    }

    @FunctionalInterface
    private interface Bringing {
        void bring(byte[] archive);
    }

    private static String refused(Bringing bringing, String archive) {
        return refused(bringing, archive.getBytes(StandardCharsets.UTF_8));
    }

    private static String refused(Bringing bringing, byte[] archive) {
        try {
            bringing.bring(archive);
            return "taken";
        } catch (ProblemException refused) {
            Problem problem = refused.problem();
            return problem.slug();
        }
    }

    private InputStream layerOf(ImageBase base) throws IOException {
        Path manifest = blob(base.digest());
        String text = Files.readString(manifest);
        int at = text.indexOf("sha256:", text.indexOf("\"layers\""));
        return Channels.newInputStream(registry.blobs().open(new Digest(text.substring(at, at + 71))));
    }

    private Path blob(Digest digest) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("registry/blobs"))) {
            return files.filter(file -> file.getFileName().toString().equals(digest.hex()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private RegistryImageBases bases(Use use) {
        ImageBasesSettings settings = new ImageBasesSettings(
                use,
                folder.resolve("spool"),
                Map.of("python", "docker.io/library/python:{version}-slim"),
                List.of("docker.io/library/*"),
                BYTES_MAX);
        Upstream upstream = reference -> {
            pulled.add(reference);
            return origin(new ImageArchive("etc/base", "pulled").layout(Packing.GZIP));
        };
        return new RegistryImageBases(settings, registry, upstream, Platform.ofThisHost());
    }

    private ImageOrigin origin(ImageArchive archive) {
        try {
            return new ArchivedImage(SpooledArchive.read(
                    new ByteArrayInputStream(archive.bytes()), folder.resolve("upstream"), BYTES_MAX));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
