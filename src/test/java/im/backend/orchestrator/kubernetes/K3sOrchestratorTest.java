package im.backend.orchestrator.kubernetes;

import im.backend.cluster.K3s;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On K3s in a container. */
@Tag("slow")
final class K3sOrchestratorTest extends RealOrchestratorKit {
    @RegisterExtension
    static final K3s K3S = new K3s();

    private static RealCluster real;

    @BeforeAll
    static void open() throws IOException {
        real = RealCluster.of(K3S.node(), PROJECT.id());
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
