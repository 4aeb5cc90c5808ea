package im.backend.orchestrator;

import im.backend.domain.AppManifest.Resources;
import im.backend.domain.Command;
import im.backend.domain.DeploymentId;
import im.backend.domain.Project;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One instance that shall run.
 *
 * @param key names it; starting the same key twice gives the instance that runs already
 * @param environment without PORT and HOST, which the orchestrator adds; values may be secrets and are never stored or logged
 * @param folder in which it starts, as the app sees it
 * @param port whether it is to be given a port, or brings its own, or takes no traffic
 */
public record Workload(
        Key key,
        Project project,
        ReleaseName release,
        RuntimeSpec runtime,
        Command command,
        String folder,
        Map<String, SecretValue> environment,
        List<Mount> mounts,
        List<Volume> volumes,
        Resources resources,
        Port port) {

    public Workload {
        environment = Map.copyOf(environment);
        mounts = List.copyOf(mounts);
        volumes = List.copyOf(volumes);
    }

    /** @param ordinal 0, 1, ... for the replicas of a process */
    public record Key(DeploymentId deployment, String process, int ordinal) {}

    /** A read-only folder of this host and where the app sees it. */
    public record Mount(Path folder, String path) {}

    /** Storage of the project and where the app sees it. */
    public record Volume(Path folder, String path) {}

    public sealed interface Port {
        /** Takes no traffic. */
        record None() implements Port {}

        /** Listens where PORT says. */
        record Assigned() implements Port {}

        /** Listens on a port of its own choice, as backend.yml's {@code port:} says. */
        record Fixed(int number) implements Port {}
    }
}
