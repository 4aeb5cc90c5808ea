package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.orchestrator.Instance;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real API server, scheduler, kubelet and container runtime. */
@Tag("slow")
final class RealKubernetesOrchestratorTest extends RealOrchestratorKit {
    @TempDir
    static Path folder;

    private static RealCluster real;

    @BeforeAll
    static void open() throws IOException {
        real = RealCluster.named(PROJECT.id(), folder);
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

    @Test
    void anAppRunsWithoutRights() {
        Instance instance = start(healthy(key(0), release('a')));
        answer(instance);

        assertThat(get("http://" + instance.endpoint().orElseThrow() + "/id"))
                .isEqualTo("uid=1000 gid=1000 root=read-only");
    }
}
