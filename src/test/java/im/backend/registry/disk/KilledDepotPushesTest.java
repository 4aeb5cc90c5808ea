package im.backend.registry.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.KilledProgram;
import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.Reference;
import im.backend.registry.StoredManifest;
import im.backend.registry.StoredObject;
import im.backend.registry.Tag;
import im.backend.registry.s3.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed between the store and its client, and whose disk is then lost. */
@org.junit.jupiter.api.Tag("slow")
class KilledDepotPushesTest {
    private static final int KILLS = 4;

    @TempDir
    private Path folder;

    @TempDir
    private Path other;

    @Test
    void whatWasAcknowledgedIsInTheStoreAndWhatNobodyKnowsIsCollected() throws Exception {
        Random random = new Random(20261122);
        try (S3Server server = S3Server.startAny();
                DepotFixture depot = new DepotFixture(server)) {
            Set<String> pushed = new HashSet<>();
            for (int kill = 0; kill < KILLS; kill++) {
                pushed.addAll(runAndKill(depot, "run" + kill, random.nextInt(1, 200)));
            }

            DiskRegistry elsewhere = depot.open(other);
            assertThat(pushed).hasSizeGreaterThan(KILLS - 1);
            assertThat(elsewhere.tags(CrashingPusher.REPOSITORY))
                    .extracting(Tag::value)
                    .containsAll(pushed);
            for (String tag : pushed) {
                verify(elsewhere, tag);
            }
            elsewhere.close();
            verifyCollection(depot);
        }
    }

    /** @return the tags that it said it had pushed */
    private List<String> runAndKill(DepotFixture depot, String name, int millis) throws Exception {
        List<String> tags = new ArrayList<>();
        String port = String.valueOf(depot.line.port());
        new KilledProgram(CrashingPusher.class, folder.toString(), name, depot.bucket.bucket(), port)
                .killedAfter(millis, line -> line.startsWith("pushed "))
                .forEach(line -> record(line, tags));
        return tags;
    }

    /** A kill can cut the last line. */
    private static void record(String line, List<String> tags) {
        String[] words = line.split(" ");
        if (words.length == 3
                && words[0].equals("pushed")
                && Digest.parse(words[2]).isPresent()) {
            tags.add(words[1]);
        }
    }

    private static void verify(DiskRegistry registry, String tag) throws IOException {
        StoredManifest manifest = registry.find(CrashingPusher.REPOSITORY, new Reference.ByTag(new Tag(tag)))
                .orElseThrow();
        for (Digest blob :
                ManifestDocument.read(manifest.content(), manifest.mediaType()).blobs()) {
            assertThat(registry.blobs().holds(CrashingPusher.REPOSITORY, blob)).isTrue();
            assertThat(DepotFixture.digestRead(registry, blob)).isEqualTo(blob);
        }
    }

    private void verifyCollection(DepotFixture depot) {
        // The store's times are of whole seconds.
        await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
        DiskRegistry registry = depot.open(folder, DepotFixture.NO_GRACE, 1L << 30);

        registry.collect(List.of(), Extent.REMOVE);

        List<StoredObject> objects = depot.objects().list("blobs/");
        assertThat(objects).hasSize(Math.toIntExact(registry.usage().blobs()));
        assertThat(objects.stream().mapToLong(StoredObject::sizeBytes).sum())
                .isEqualTo(registry.usage().bytes());
    }
}
