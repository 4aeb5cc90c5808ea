package im.backend.orchestrator;

import im.backend.domain.ReleaseName;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The fake keeps the contract too. */
final class FakeOrchestratorTest extends OrchestratorContract {
    private final FakeOrchestrator orchestrator = new FakeOrchestrator(new FakeInstanceLogs());

    @Override
    protected Orchestrator orchestrator() {
        return orchestrator;
    }

    @Override
    protected Workload healthy(Workload.Key key, ReleaseName release) {
        return workload(key, release, "anything", Map.of());
    }

    @AfterEach
    void end() {
        orchestrator.close();
    }
}
