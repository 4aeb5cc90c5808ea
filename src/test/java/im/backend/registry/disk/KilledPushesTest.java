package im.backend.registry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.KilledProgram;
import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.Reference;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import im.backend.registry.Uploads;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed in the middle of pushes. */
@org.junit.jupiter.api.Tag("slow")
class KilledPushesTest {
    private static final int KILLS = 50;
    private static final RegistryLimits NO_GRACE =
            new RegistryLimits(1 << 20, 64 * 1024, 10L << 30, 256, Duration.ZERO, Duration.ZERO);

    @TempDir
    private Path folder;

    private final Map<String, Digest> pushed = new LinkedHashMap<>();
    private final Map<String, Digest> halves = new LinkedHashMap<>();

    @Test
    void noTagLacksItsBlobsUploadsGoOnAndOrphansAreCollected() throws Exception {
        Random random = new Random(20261122);
        int resumed = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            halves.clear();
            runAndKill("run" + kill, random.nextInt(1, 150));
            resumed += verify();
        }

        assertThat(pushed).hasSizeGreaterThan(KILLS);
        assertThat(resumed).isPositive();
        verifyCollection();
    }

    /** Some time after the first image of the run. */
    private void runAndKill(String name, int millis) throws Exception {
        new KilledProgram(CrashingPusher.class, folder.toString(), name)
                .killedAfter(millis, line -> line.startsWith("pushed "))
                .forEach(this::record);
    }

    /** A kill can cut the last line. */
    private void record(String line) {
        String[] words = line.split(" ");
        Optional<Digest> digest = words.length == 3 ? Digest.parse(words[2]) : Optional.empty();
        digest.ifPresent(whole -> (words[0].equals("pushed") ? pushed : halves).put(words[1], whole));
    }

    /** Gives how many uploads were half there and went on from what was told. */
    private int verify() throws IOException {
        DiskRegistry registry = open(RegistryLimits.DEFAULT);
        List<Tag> tags = registry.tags(CrashingPusher.REPOSITORY);
        assertThat(tags.stream().map(Tag::value)).containsAll(pushed.keySet());
        for (Tag tag : tags) {
            StoredManifest manifest = registry.find(CrashingPusher.REPOSITORY, new Reference.ByTag(tag))
                    .orElseThrow(() -> new AssertionError("tag without its manifest: " + tag));
            Digest expected = pushed.getOrDefault(tag.value(), manifest.digest());
            assertThat(manifest.digest()).isEqualTo(expected);
            assertThat(Digest.of(Digest.Algorithm.SHA256, manifest.content())).isEqualTo(expected);
        }
        // The blobs of what was pushed last: those of earlier runs were looked at after these.
        for (Tag tag : tags.reversed().stream().limit(20).toList()) {
            verifyBlobs(registry, tag);
        }
        int resumed = 0;
        for (Map.Entry<String, Digest> half : halves.entrySet()) {
            Optional<Uploads.Upload> upload =
                    registry.uploads().find(CrashingPusher.REPOSITORY, CrashingPusher.USER, half.getKey());
            if (upload.isPresent() && Files.exists(data(half.getKey()))) {
                byte[] there = Files.readAllBytes(data(half.getKey()));
                assertThat(upload.get().sizeBytes()).isEqualTo(there.length);
                Digest digest = Digest.of(Digest.Algorithm.SHA256, there);
                assertThat(upload.get().finish(digest).digest()).isEqualTo(digest);
                resumed++;
            }
        }
        return resumed;
    }

    private Path data(String id) {
        return folder.resolve("uploads").resolve(id).resolve("data");
    }

    private static void verifyBlobs(DiskRegistry registry, Tag tag) throws IOException {
        StoredManifest manifest = registry.find(CrashingPusher.REPOSITORY, new Reference.ByTag(tag))
                .orElseThrow();
        ManifestDocument document = ManifestDocument.read(manifest.content(), manifest.mediaType());
        assertThat(document.blobs()).hasSize(2);
        for (Digest blob : document.blobs()) {
            assertThat(registry.blobs().holds(CrashingPusher.REPOSITORY, blob)).isTrue();
            try (var in = Channels.newInputStream(registry.blobs().open(blob))) {
                assertThat(Digest.of(Digest.Algorithm.SHA256, in.readAllBytes()))
                        .isEqualTo(blob);
            }
        }
    }

    private void verifyCollection() throws IOException {
        DiskRegistry registry = open(NO_GRACE);
        registry.collect(List.of(), Extent.REMOVE);

        List<Tag> tags = registry.tags(CrashingPusher.REPOSITORY);
        for (Tag tag : tags) {
            verifyBlobs(registry, tag);
        }
        long images = tags.stream()
                .map(tag -> registry.find(CrashingPusher.REPOSITORY, new Reference.ByTag(tag))
                        .orElseThrow()
                        .digest())
                .distinct()
                .count();
        // A manifest and a layer each, and configurations that images share: nothing else is left.
        assertThat(registry.usage().blobs()).isBetween(2 * images + 1, 3 * images);
        try (var left = Files.list(folder.resolve("uploads"))) {
            assertThat(left).isEmpty();
        }
        try (var left = Files.list(folder.resolve("unfinished"))) {
            assertThat(left).isEmpty();
        }
    }

    private DiskRegistry open(RegistryLimits limits) {
        DiskRegistry registry = new DiskRegistry(new DiskRegistrySettings(folder, limits), Clock.systemUTC());
        registry.start();
        return registry;
    }
}
