package im.backend.orchestrator.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** On the cluster that is named. */
@Tag("slow")
final class RealKubernetesHostingTest extends KubernetesHostingKit {
    @TempDir
    static Path shared;

    private static RealCluster real;

    @BeforeAll
    static void open() throws IOException {
        real = RealCluster.named(PROJECT.id(), shared);
    }

    @AfterAll
    static void close() {
        if (real != null) {
            real.close();
        }
    }

    @Override
    RealCluster real() {
        return real;
    }
}
