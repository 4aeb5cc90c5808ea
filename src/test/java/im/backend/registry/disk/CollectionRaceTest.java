package im.backend.registry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import im.backend.registry.Uploads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collections that run without a pause while images are pushed, tagged anew and deleted. */
class CollectionRaceTest {
    private static final int PUSHES = 200;
    private static final int THREADS = 8;
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    /** Longer than one push takes, shorter than the test: much of what is pushed grows old while it runs. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    @Test
    void whatWasPushedWhileGarbageWasCollectedCanBePulled() throws Exception {
        RegistryLimits limits = new RegistryLimits(1 << 20, 64 * 1024, 10L << 30, 256, Duration.ofHours(1), GRACE);
        DiskRegistry registry = new DiskRegistry(new DiskRegistrySettings(folder, limits), Clock.systemUTC());
        registry.start();
        Map<String, StoredManifest> pushed = new ConcurrentHashMap<>();
        AtomicBoolean pushing = new AtomicBoolean(true);
        List<Collected> collections = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS + 1)) {
            Future<?> collecting = executor.submit(() -> {
                while (pushing.get()) {
                    collections.add(registry.collect(List.of(), Extent.REMOVE));
                }
            });
            List<Future<?>> pushes = new ArrayList<>();
            for (int i = 0; i < PUSHES; i++) {
                int number = i;
                pushes.add(executor.submit(() -> {
                    pushed.put("v" + number, push(registry, number));
                    return null;
                }));
            }
            for (Future<?> push : pushes) {
                push.get();
            }
            pushing.set(false);
            collecting.get();
        }
        collections.add(registry.collect(List.of(), Extent.REMOVE));

        assertThat(pushed).hasSize(PUSHES);
        for (Map.Entry<String, StoredManifest> one : pushed.entrySet()) {
            assertPulls(registry, repository(one.getKey()), one.getKey(), one.getValue());
        }
        assertThat(collections).hasSizeGreaterThan(2);
    }

    /** Layers are shared between images and repositories, and some images lose their tag again at once. */
    private static StoredManifest push(DiskRegistry registry, int number) throws IOException {
        RepositoryName repository = repository("v" + number);
        Digest shared = upload(registry, repository, "shared by some " + number % 5);
        Digest own = upload(registry, repository, "of one image only " + number);
        Digest config = upload(registry, repository, "{}");
        byte[] content = ("{\"schemaVersion\":2,\"config\":{\"digest\":\"" + config + "\"},\"layers\":[{\"digest\":\""
                        + shared + "\"},{\"digest\":\"" + own + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        registry.put(repository, new NewManifest(content, IMAGE, List.of(new Tag("passing-" + number))));
        registry.delete(repository, new Reference.ByTag(new Tag("passing-" + number)));
        return registry.put(repository, new NewManifest(content, IMAGE, List.of(new Tag("v" + number))));
    }

    private static RepositoryName repository(String tag) {
        return new RepositoryName("admin/app" + Math.floorMod(tag.hashCode(), 7));
    }

    private static Digest upload(DiskRegistry registry, RepositoryName repository, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        if (registry.blobs().link(repository, digest)) {
            return digest;
        }
        Uploads.Upload upload = registry.uploads().start(repository, new UserName("admin"), Digest.Algorithm.SHA256);
        upload.append(new ByteArrayInputStream(bytes));
        return upload.finish(digest).digest();
    }

    private static void assertPulls(
            DiskRegistry registry, RepositoryName repository, String tag, StoredManifest expected) throws IOException {
        StoredManifest found =
                registry.find(repository, new Reference.ByTag(new Tag(tag))).orElseThrow();
        assertThat(found.digest()).isEqualTo(expected.digest());
        for (Digest blob :
                ManifestDocument.read(found.content(), found.mediaType()).blobs()) {
            assertThat(registry.blobs().holds(repository, blob)).isTrue();
            try (var in = Channels.newInputStream(registry.blobs().open(blob))) {
                assertThat(Digest.of(Digest.Algorithm.SHA256, in.readAllBytes()))
                        .isEqualTo(blob);
            }
        }
    }
}
