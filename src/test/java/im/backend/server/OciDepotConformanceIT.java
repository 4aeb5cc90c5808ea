package im.backend.server;

import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The same answers with the blobs in a real S3 store. */
@Tag("slow")
class OciDepotConformanceIT extends OciConformanceIT {
    @AutoClose
    private static S3Server server;

    private final List<S3Objects> opened = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        server = S3Server.startAny();
    }

    @Override
    RegistryFixture fixture(Path in, boolean open) {
        S3Objects objects = new S3Objects(server.newBucket(), Clock.systemUTC());
        opened.add(objects);
        return super.fixture(in, open).with(new Depot(objects, 64L << 20, Duration.ofSeconds(1)));
    }

    @AfterEach
    void closeObjects() {
        opened.forEach(S3Objects::close);
    }
}
