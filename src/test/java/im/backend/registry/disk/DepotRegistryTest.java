package im.backend.registry.disk;

import im.backend.registry.ImageRegistry;
import im.backend.registry.ImageRegistryContract;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import im.backend.store.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The same registry with its blobs in a real S3 store. */
class DepotRegistryTest extends ImageRegistryContract {
    @AutoClose
    private static S3Server server;

    @TempDir
    private Path folder;

    private final SettableClock clock = new SettableClock();
    private Optional<DiskRegistry> opened = Optional.empty();
    private Optional<S3Objects> objects = Optional.empty();

    @BeforeAll
    static void startServer() throws IOException {
        server = S3Server.startAny();
    }

    @Override
    protected ImageRegistry open() {
        S3Objects store = new S3Objects(server.newBucket(), Clock.systemUTC());
        objects = Optional.of(store);
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(
                        folder,
                        DiskRegistryTest.LIMITS,
                        Optional.of(new Depot(store, 64L << 20, Duration.ofSeconds(1)))),
                clock);
        registry.start();
        opened = Optional.of(registry);
        return registry;
    }

    @AfterEach
    void close() {
        opened.ifPresent(DiskRegistry::close);
        objects.ifPresent(S3Objects::close);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }
}
