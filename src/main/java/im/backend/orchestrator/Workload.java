package im.backend.orchestrator;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.Strategy;
import im.backend.domain.Command;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One instance that shall run.
 *
 * @param key names it; starting the same key twice gives the instance that runs already
 * @param environment without PORT and HOST, which the orchestrator adds; values may be secrets and are never stored or logged
 * @param folder in which it starts, as the app sees it
 * @param terms limits, replicas and how it is replaced
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
        Image image,
        List<Volume> volumes,
        Terms terms,
        Port port) {

    private static final int HEAP_PERCENT = 70;

    public Workload {
        environment = Map.copyOf(environment);
        volumes = List.copyOf(volumes);
    }

    /**
     * Tells the runtime its memory limit: one that sizes its heap by the machine would be killed at the limit before it ever
     * collected garbage. Values of the user win, and so do options of the command line.
     */
    public Map<String, String> memoryHint() {
        long mebibytes = Math.max(16, terms.resources().memoryBytes() * HEAP_PERCENT / 100 >> 20);
        return switch (runtime.language()) {
            case JAVA, STATIC -> Map.of("JAVA_TOOL_OPTIONS", "-Xmx" + mebibytes + "m");
            case NODE -> Map.of("NODE_OPTIONS", "--max-old-space-size=" + mebibytes);
            case GO -> Map.of("GOMEMLIMIT", mebibytes + "MiB");
            case PYTHON, DOCKERFILE -> Map.of();
        };
    }

    /** @param ordinal 0, 1, ... for the replicas of a process */
    public record Key(DeploymentId deployment, String process, int ordinal) {}

    /**
     * What it is made from.
     *
     * @param mounts its unpacked layers on this host; empty where images are pulled by their digest
     */
    public record Image(Digest digest, List<Mount> mounts) {
        public Image {
            mounts = List.copyOf(mounts);
        }
    }

    /** A read-only folder of this host and where the app sees it. */
    public record Mount(Path folder, String path) {}

    /**
     * Storage of the project and where the app sees it.
     *
     * @param name as in backend.yml, one of those that {@link Orchestrator#createVolumes} has bound
     */
    public record Volume(String name, String path) {}

    /**
     * What backend.yml says of how it is run.
     *
     * @param scaling replicas of the process; on a {@linkplain Orchestrator.Place#HOST host} each is a workload of its own
     * @param drain how long requests in flight may go on once it takes no new ones
     */
    public record Terms(Resources resources, Scaling scaling, HealthCheck health, Strategy strategy, Duration drain) {
        public static final Terms DEFAULT = of(AppManifest.defaults());

        /** Those of the process that takes traffic. */
        public static Terms of(AppManifest manifest) {
            return new Terms(
                    manifest.resources(),
                    manifest.scaling(),
                    manifest.healthcheck(),
                    manifest.strategy(),
                    manifest.deploy().drain());
        }

        /** The same for a process of which there is one. */
        public Terms single() {
            return new Terms(resources, Scaling.DEFAULT, health, strategy, drain);
        }
    }

    public sealed interface Port {
        /** Takes no traffic. */
        record None() implements Port {}

        /** Listens where PORT says. */
        record Assigned() implements Port {}

        /** Listens on a port of its own choice, as backend.yml's {@code port:} says. */
        record Fixed(int number) implements Port {}
    }
}
