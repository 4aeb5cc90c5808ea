package im.backend.registry.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.registry.ImageRegistry;
import im.backend.registry.ImageRegistryContract;
import im.backend.registry.StoredBlob;
import im.backend.registry.Uploads;
import im.backend.store.SettableClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRegistryTest extends ImageRegistryContract {
    static final RegistryLimits LIMITS =
            new RegistryLimits(1 << 20, 64 * 1024, 4 << 20, 3, Duration.ofHours(24), Duration.ofHours(1));

    @TempDir
    private Path folder;

    private final SettableClock clock = new SettableClock();

    @Override
    protected ImageRegistry open() {
        return registry();
    }

    private DiskRegistry registry() {
        DiskRegistry registry = new DiskRegistry(new DiskRegistrySettings(folder, LIMITS), clock);
        registry.start();
        return registry;
    }

    @Test
    void aDiskWithLittleRoomTakesNoUploadAndIsStillReadAndCollected() throws IOException {
        StoredBlob blob = registry().blobs().write(REPOSITORY, out -> out.write(1));
        DiskRegistry full =
                new DiskRegistry(new DiskRegistrySettings(folder, LIMITS, Optional.empty(), Long.MAX_VALUE), clock);
        full.start();

        assertThatThrownBy(() -> full.uploads().start(REPOSITORY, new UserName("ada"), Digest.Algorithm.SHA256))
                .hasMessageContaining("storage-full")
                .hasMessageContaining("limits.free-space-min");
        assertThat(full.blobs().size(blob.digest())).hasValue(1);
        clock.advance(Duration.ofDays(2));
        assertThat(full.collect(List.of(), ImageRegistry.Extent.REMOVE).blobs()).isEqualTo(1);
    }

    @Test
    void anAbandonedUploadIsSweptWithItsBytesAndMakesRoomForOthers() throws IOException {
        UserName ada = new UserName("ada");
        DiskRegistry registry = registry();
        Uploads.Upload resting = registry.uploads().start(REPOSITORY, ada, Digest.Algorithm.SHA256);
        resting.append(new ByteArrayInputStream(new byte[1_000]));
        Path data = folder.resolve("uploads").resolve(resting.id()).resolve("data");
        Files.setLastModifiedTime(data, FileTime.from(clock.instant()));
        clock.advance(LIMITS.uploadTtl().minusMinutes(1));
        int early = registry.collect(List.of(), ImageRegistry.Extent.REMOVE).uploads();
        Uploads.Upload young = registry.uploads().start(REPOSITORY, ada, Digest.Algorithm.SHA256);
        registry.uploads().start(REPOSITORY, ada, Digest.Algorithm.SHA256);
        assertThatThrownBy(() -> registry.uploads().start(REPOSITORY, ada, Digest.Algorithm.SHA256))
                .hasMessageContaining("registry.uploads-max");
        clock.advance(Duration.ofMinutes(2));

        int planned = registry.collect(List.of(), ImageRegistry.Extent.DRY_RUN).uploads();
        int swept = registry.collect(List.of(), ImageRegistry.Extent.REMOVE).uploads();

        assertThat(List.of(early, planned, swept)).containsExactly(0, 1, 1);
        assertThat(registry.uploads().find(REPOSITORY, ada, resting.id())).isEmpty();
        assertThat(registry.uploads().find(REPOSITORY, ada, young.id())).isPresent();
        assertThat(folder.resolve("uploads").resolve(resting.id())).doesNotExist();
        assertThat(registry.uploads()
                        .start(REPOSITORY, ada, Digest.Algorithm.SHA256)
                        .sizeBytes())
                .isZero();
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
