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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same answers with the blobs in a real S3 store. */
@Tag("slow")
class OciDepotConformanceIT {
    @AutoClose
    private static S3Server server;

    private final List<S3Objects> opened = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        server = S3Server.startAny();
    }

    @AfterEach
    void closeObjects() {
        opened.forEach(S3Objects::close);
    }

    @Nested
    class Blobs extends OciBlobsIT {
        @Override
        RegistryFixture fixture(Path in, boolean open) {
            return onDepot(super.fixture(in, open));
        }
    }

    @Nested
    class Manifests extends OciManifestsIT {
        @Override
        RegistryFixture fixture(Path in, boolean open) {
            return onDepot(super.fixture(in, open));
        }
    }

    private RegistryFixture onDepot(RegistryFixture fixture) {
        S3Objects objects = new S3Objects(server.newBucket(), Clock.systemUTC());
        opened.add(objects);
        return fixture.with(new Depot(objects, 64L << 20, Duration.ofSeconds(1)));
    }
}
