package im.backend.manifest;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.Build;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.Rollout;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.Strategy;
import im.backend.domain.Command;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretName;
import im.backend.domain.StartPlan;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads the keys of backend.yml over what a Procfile and app.json said. The keys here and in the JSON Schema are held equal by a test. */
final class BackendYml {
    static final List<String> KEYS = List.of(
            "name",
            "runtime",
            "entrypoint",
            "env",
            "secrets",
            "resources",
            "scaling",
            "port",
            "healthcheck",
            "release",
            "processes",
            "cron",
            "volumes",
            "build",
            "test",
            "deploy");
    static final List<String> RESOURCES_KEYS = List.of("memory", "cpu");
    static final List<String> SCALING_KEYS = List.of("min", "max");
    static final List<String> HEALTHCHECK_KEYS = List.of("path", "interval", "timeout", "grace", "deadline");
    static final List<String> BUILD_KEYS = List.of("command", "ignore", "dockerfile", "args");
    static final List<String> DEPLOY_KEYS = List.of("strategy", "drain");
    static final String GENERATE = "generate";
    static final int REPLICAS_MAX = 100;
    private static final int PROCESSES_MAX = 10;
    private static final long MEMORY_MIN = 16L << 20;
    private static final long MEMORY_MAX = 256L << 30;
    private static final Pattern PROCESS_NAME = Pattern.compile("[a-z][a-z0-9-]{0,29}");
    private static final Pattern HEALTH_PATH = Pattern.compile("/[!-\"$-~]{0,1000}");

    private final Section top;
    private final AppManifest below;
    private final ManifestLimits limits;
    private final Faults faults;
    private final Commands commands;

    private BackendYml(Section top, AppManifest below, ManifestLimits limits, Faults faults) {
        this.top = top;
        this.below = below;
        this.limits = limits;
        this.faults = faults;
        this.commands = new Commands(faults);
    }

    /** What the document says; where it is silent, {@code below}. Faults are only noted. */
    static AppManifest read(YamlNode document, AppManifest below, ManifestLimits limits, Faults faults) {
        if (document instanceof YamlNode.Mapping mapping) {
            return new BackendYml(new Section("", mapping, KEYS, faults), below, limits, faults).read();
        }
        faults.add(
                Faults.INVALID, document.at(), "the file holds " + document.kind() + " (expected: keys such as name:)");
        return below;
    }

    private AppManifest read() {
        SortedMap<String, Command> processes = processes();
        Optional<Command> web = Optional.ofNullable(processes.remove(StartPlan.WEB));
        Optional<Command> entrypoint = commands.read(top, "entrypoint");
        if (web.isPresent() && entrypoint.isPresent()) {
            top.refuse(
                    Faults.INVALID,
                    "processes",
                    StartPlan.WEB,
                    "no web here, as entrypoint: already says how it is started");
        }
        return new AppManifest(
                top.parsed("name", ProjectName::new).or(below::name),
                top.parsed("runtime", RuntimeSpec::parse).or(below::runtime),
                entrypoint.or(() -> web).or(below::entrypoint),
                env(),
                generatedSecrets(),
                resources(),
                scaling(),
                top.amount("port", BackendYml::integer, 1, 65_535, "1 to 65535").or(below::port),
                healthcheck(),
                commands.read(top, "release").or(below::release),
                processes,
                top.value("cron").isPresent() ? Cron.read(top, "cron", faults) : below.cron(),
                top.value("volumes").isPresent() ? Volumes.read(top, "volumes", faults) : below.volumes(),
                build(),
                commands.read(top, "test").or(below::test),
                rollout());
    }

    private SortedMap<EnvName, EnvValue> env() {
        SortedMap<EnvName, EnvValue> merged = new TreeMap<>(below.env());
        top.value("env").ifPresent(node -> merged.putAll(Environment.read(node, limits, faults)));
        return merged;
    }

    private SortedSet<SecretName> generatedSecrets() {
        SortedSet<SecretName> generated = new TreeSet<>(below.generatedSecrets());
        for (Entry entry : entries("secrets")) {
            boolean generate = entry.value() instanceof YamlNode.Scalar scalar
                    && scalar.text().equals(GENERATE);
            if (!generate) {
                faults.add(
                        Faults.INVALID,
                        entry.value().at(),
                        "secrets." + entry.key() + " (expected: " + GENERATE
                                + "; a value never stands in this file, set it with: secret set)");
            }
            top.parsed("secrets", new YamlNode.Scalar(entry.at(), entry.key(), true), SecretName::new)
                    .ifPresent(generated::add);
        }
        return generated;
    }

    private Resources resources() {
        Optional<Section> section = section("resources", RESOURCES_KEYS);
        if (section.isEmpty()) {
            return below.resources();
        }
        Optional<Long> memory =
                section.get().amount("memory", Quantity::bytes, MEMORY_MIN, MEMORY_MAX, "16Mi to 256Gi, as in 512Mi");
        Optional<Integer> cpu =
                section.get().amount("cpu", Quantity::cpuMillis, 10, 128_000, "0.01 to 128 cores, as in 0.5 or 500m");
        return new Resources(
                memory.orElse(below.resources().memoryBytes()),
                cpu.orElse(below.resources().cpuMillis()));
    }

    private Scaling scaling() {
        Optional<Section> section = section("scaling", SCALING_KEYS);
        if (section.isEmpty()) {
            return below.scaling();
        }
        String expected = "1 to " + REPLICAS_MAX;
        Optional<Integer> min = section.get().amount("min", BackendYml::integer, 1, REPLICAS_MAX, expected);
        Optional<Integer> max = section.get().amount("max", BackendYml::integer, 1, REPLICAS_MAX, expected);
        int from = min.orElse(1);
        if (max.isPresent() && from > max.get()) {
            section.get().refuse(Faults.INVALID, "min", String.valueOf(from), "<= scaling.max, which is " + max.get());
        }
        return new Scaling(from, Math.max(from, max.orElse(from)));
    }

    private HealthCheck healthcheck() {
        Optional<YamlNode> node = top.value("healthcheck");
        HealthCheck inherited = below.healthcheck();
        if (node.isPresent() && node.get() instanceof YamlNode.Scalar path) {
            return new HealthCheck(
                    healthPath(top, "healthcheck", path.text()),
                    inherited.interval(),
                    inherited.timeout(),
                    inherited.grace(),
                    inherited.deadline());
        }
        Optional<Section> section = section("healthcheck", HEALTHCHECK_KEYS);
        if (section.isEmpty()) {
            return inherited;
        }
        Section keys = section.get();
        Optional<String> path = keys.text("path").flatMap(text -> healthPath(keys, "path", text));
        return new HealthCheck(
                path.or(inherited::path),
                span(keys, "interval", 50, 60_000, "50ms to 60s").orElse(inherited.interval()),
                span(keys, "timeout", 100, 60_000, "100ms to 60s").orElse(inherited.timeout()),
                span(keys, "grace", 0, 600_000, "0s to 10m").orElse(inherited.grace()),
                span(keys, "deadline", 1_000, 900_000, "1s to 15m").orElse(inherited.deadline()));
    }

    private static Optional<String> healthPath(Section section, String key, String path) {
        if (HEALTH_PATH.matcher(path).matches()) {
            return Optional.of(path);
        }
        section.refuse(Faults.INVALID, key, path, "a path that begins with /, as in /healthz");
        return Optional.empty();
    }

    private SortedMap<String, Command> processes() {
        SortedMap<String, Command> processes = new TreeMap<>(below.processes());
        for (Entry entry : entries("processes")) {
            String name = "processes." + Quoted.of(entry.key());
            if (entry.key().equals("release")) {
                faults.add(Faults.INVALID, entry.at(), name + " (expected: release: at the top of the file)");
            } else if (!PROCESS_NAME.matcher(entry.key()).matches()) {
                faults.add(
                        Faults.INVALID,
                        entry.at(),
                        name + " (expected: lower-case letters, digits and hyphens, <= 30, as in worker)");
            } else {
                commands.read(top, name, entry.value()).ifPresent(command -> processes.put(entry.key(), command));
            }
        }
        if (processes.size() > PROCESSES_MAX) {
            top.refuse(Faults.INVALID, "processes", String.valueOf(processes.size()), "<= " + PROCESSES_MAX);
        }
        return processes;
    }

    private Build build() {
        Optional<YamlNode> node = top.value("build");
        if (node.isPresent() && !(node.get() instanceof YamlNode.Mapping)) {
            return new Build(commands.read(top, "build"), below.build().ignore());
        }
        return section("build", BUILD_KEYS)
                .map(keys -> new Builds(keys, commands, faults).read(below.build()))
                .orElse(below.build());
    }

    private Rollout rollout() {
        Optional<Section> section = section("deploy", DEPLOY_KEYS);
        if (section.isEmpty()) {
            return below.deploy();
        }
        Optional<String> text = section.get().text("strategy");
        Optional<Strategy> strategy = text.flatMap(BackendYml::strategy);
        if (text.isPresent() && strategy.isEmpty()) {
            section.get().refuse(Faults.INVALID, "strategy", text.get(), "blue-green or recreate");
        }
        return new Rollout(
                strategy.or(below.deploy()::strategy),
                span(section.get(), "drain", 0, 600_000, "0s to 10m")
                        .orElse(below.deploy().drain()));
    }

    static String wireName(Strategy strategy) {
        return strategy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Optional<Strategy> strategy(String text) {
        return List.of(Strategy.values()).stream()
                .filter(strategy -> wireName(strategy).equals(text))
                .findFirst();
    }

    private Optional<Section> section(String key, List<String> keys) {
        return top.mapping(key).map(mapping -> new Section(key + ".", mapping, keys, faults));
    }

    private List<Entry> entries(String key) {
        return top.mapping(key).map(YamlNode.Mapping::entries).orElse(List.of());
    }

    private static Optional<Duration> span(Section section, String key, long minMillis, long maxMillis, String bounds) {
        return section.amount(
                key,
                Quantity::span,
                Duration.ofMillis(minMillis),
                Duration.ofMillis(maxMillis),
                bounds + ", as in 30s");
    }

    private static Optional<Integer> integer(String text) {
        return text.length() <= 9 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Integer.valueOf(text))
                : Optional.empty();
    }
}
