package im.backend.registry.disk;

import im.backend.registry.ImageRegistry;
import im.backend.registry.ImageRegistryContract;
import im.backend.store.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class DiskRegistryTest extends ImageRegistryContract {
    static final RegistryLimits LIMITS =
            new RegistryLimits(1 << 20, 64 * 1024, 4 << 20, Duration.ofHours(24), Duration.ofHours(1));

    @TempDir
    private Path folder;

    private final SettableClock clock = new SettableClock();

    @Override
    protected ImageRegistry open() {
        DiskRegistry registry = new DiskRegistry(new DiskRegistrySettings(folder, LIMITS), clock);
        registry.start();
        return registry;
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
