package im.backend.domain;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What backend.yml (with Procfile and app.json) says of an app, validated and with defaults filled in. Absent stays
 * absent only where detection may answer instead.
 *
 * @param generatedSecrets secrets that get a random value at the deploy that first needs them, unless they have one
 * @param port the port that the app insists on; absent means it reads PORT, as it should
 * @param processes further processes by name, beside {@code web}; {@code worker} is the usual one
 * @param cron commands that are run at their times, each name once
 */
public record AppManifest(
        Optional<ProjectName> name,
        Optional<RuntimeSpec> runtime,
        Optional<Command> entrypoint,
        SortedMap<EnvName, EnvValue> env,
        SortedSet<SecretName> generatedSecrets,
        Resources resources,
        Scaling scaling,
        Optional<Integer> port,
        HealthCheck healthcheck,
        Optional<Command> release,
        SortedMap<String, Command> processes,
        List<CronEntry> cron,
        List<VolumeClaim> volumes,
        Build build,
        Optional<Command> test,
        Rollout deploy) {

    public AppManifest {
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        generatedSecrets = Collections.unmodifiableSortedSet(new TreeSet<>(generatedSecrets));
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        cron = List.copyOf(cron);
        volumes = List.copyOf(volumes);
    }

    /** What an app without any config file gets. */
    public static AppManifest defaults() {
        return new AppManifest(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                Resources.DEFAULT,
                Scaling.DEFAULT,
                Optional.empty(),
                HealthCheck.DEFAULT,
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                List.of(),
                Build.DEFAULT,
                Optional.empty(),
                Rollout.DEFAULT);
    }

    /** The same app with other replica bounds, as {@code scale} sets them. */
    public AppManifest withScaling(Scaling changed) {
        return new AppManifest(
                name,
                runtime,
                entrypoint,
                env,
                generatedSecrets,
                resources,
                changed,
                port,
                healthcheck,
                release,
                processes,
                cron,
                volumes,
                build,
                test,
                deploy);
    }

    /** The same app with further environment entries, which win over its own. */
    public AppManifest withEnv(Map<EnvName, EnvValue> further) {
        SortedMap<EnvName, EnvValue> merged = new TreeMap<>(env);
        merged.putAll(further);
        return new AppManifest(
                name,
                runtime,
                entrypoint,
                merged,
                generatedSecrets,
                resources,
                scaling,
                port,
                healthcheck,
                release,
                processes,
                cron,
                volumes,
                build,
                test,
                deploy);
    }

    /**
     * Limits of one instance.
     *
     * @param memoryBytes hard limit of memory, swap off
     * @param cpuMillis thousandths of a core
     */
    public record Resources(long memoryBytes, int cpuMillis) {
        public static final Resources DEFAULT = new Resources(512L << 20, 500);
    }

    /** Replicas of {@code web}; a local orchestrator runs {@code min}. */
    public record Scaling(int min, int max) {
        public static final Scaling DEFAULT = new Scaling(1, 1);
    }

    /**
     * How the platform asks whether an instance is ready.
     *
     * @param path absent means /healthz, /health, /up, then / with a status below 500, then an open port
     * @param interval pause between two tries once the app is slow to answer
     * @param timeout of one try
     * @param grace time in which a bad answer is not held against the app
     * @param deadline after which the release is given up
     */
    public record HealthCheck(
            Optional<String> path, Duration interval, Duration timeout, Duration grace, Duration deadline) {
        public static final HealthCheck DEFAULT = new HealthCheck(
                Optional.empty(), Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(120));
    }

    /**
     * A command that is run again and again, beside the processes.
     *
     * @param name a DNS label; tells its output from others' in the log
     * @param timeout after which a run of it is ended
     */
    public record CronEntry(String name, Schedule schedule, Command command, Duration timeout) {
        public static final Duration TIMEOUT_DEFAULT = Duration.ofHours(1);
    }

    /**
     * Storage that outlives releases.
     *
     * @param path where the app sees it, absolute; {@code /data} by default
     * @param shared several instances may write at once, so that blue-green stays possible
     */
    public record VolumeClaim(String name, String path, long sizeBytes, boolean shared) {}

    /**
     * @param command runs after the dependencies are installed, in the app's folder; its results become part of the image
     * @param ignore further patterns that are left out of the image
     * @param dockerfile path of the Dockerfile that makes the image, seen from the root of the source; empty when
     *     detection decides
     * @param arguments of that Dockerfile, by name; they can be read from the image and so are no place for secrets
     */
    public record Build(
            Optional<Command> command,
            List<String> ignore,
            Optional<String> dockerfile,
            SortedMap<String, String> arguments) {
        public static final Build DEFAULT = new Build(Optional.empty(), List.of());

        public Build {
            ignore = List.copyOf(ignore);
            arguments = Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
        }

        public Build(Optional<Command> command, List<String> ignore) {
            this(command, ignore, Optional.empty(), new TreeMap<>());
        }
    }

    /**
     * @param strategy absent means blue-green, or recreate when there is a volume that is not shared
     * @param drain how long requests in flight may go on after the switch
     */
    public record Rollout(Optional<Strategy> strategy, Duration drain) {
        public static final Rollout DEFAULT = new Rollout(Optional.empty(), Duration.ofSeconds(30));
    }

    public enum Strategy {
        BLUE_GREEN,
        RECREATE
    }

    /** The strategy in force (decision 8: a writable volume that is not shared must not have two writers). */
    public Strategy strategy() {
        boolean oneWriter = volumes.stream().anyMatch(volume -> !volume.shared());
        return deploy.strategy().orElse(oneWriter ? Strategy.RECREATE : Strategy.BLUE_GREEN);
    }
}
