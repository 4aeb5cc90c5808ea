package im.backend.orchestrator.local;

import im.backend.domain.DeploymentId;
import im.backend.domain.ReleaseName;
import im.backend.host.HostSettings;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.OrchestratorContract;
import im.backend.orchestrator.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A server that wants the same three instances whenever it is started, to be killed by {@link AdoptionTest}. */
final class AdoptedHost extends OrchestratorContract {
    static final int INSTANCES = 3;

    private AdoptedHost() {}

    /** Prints the endpoints of all instances, then waits to be killed. */
    public static void main(String[] arguments) throws Exception {
        LocalHost host = LocalHost.start(Path.of(arguments[0]), HostSettings.Use.valueOf(arguments[1]));
        for (Instance instance : startAll(host)) {
            System.out.println(instance.endpoint().orElseThrow());
        }
        System.out.println("ready");
        Thread.sleep(60_000);
    }

    static List<Instance> startAll(LocalHost host) {
        List<Instance> started = new ArrayList<>();
        for (int ordinal = 0; ordinal < INSTANCES; ordinal++) {
            Workload.Key key = new Workload.Key(new DeploymentId(new UUID(7, 7)), "web", ordinal);
            Workload base = workload(key, release('a'), LocalOrchestratorKit.SERVE, Map.of());
            host.orchestrator.createNamespace(base.release());
            started.add(host.orchestrator.start(
                    host.app(base, LocalOrchestratorKit.SERVE, Map.of("MARK", host.data.toString()), List.of())));
        }
        return started;
    }

    @Override
    protected Orchestrator orchestrator() {
        throw new IllegalStateException("not a test of its own");
    }

    @Override
    protected Workload healthy(Workload.Key key, ReleaseName release) {
        throw new IllegalStateException("not a test of its own");
    }
}
