package im.backend.manifest;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Quoted;
import im.backend.domain.SecretName;
import im.backend.problem.ProblemException;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import im.backend.yaml.YamlNode.Mapping;
import im.backend.yaml.YamlNode.Scalar;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads {@code env}, {@code formation}, {@code healthchecks} and {@code cron} of an app.json. The file is foreign and other tools keep
 * their own keys in it, so unknown ones are passed over.
 */
final class AppJson {
    private final Mapping root;
    private final ManifestLimits limits;
    private final Faults faults;
    private final SortedMap<EnvName, EnvValue> env;
    private final SortedSet<SecretName> generated;

    private AppJson(Mapping root, AppManifest below, ManifestLimits limits, Faults faults) {
        this.root = root;
        this.limits = limits;
        this.faults = faults;
        this.env = new TreeMap<>(below.env());
        this.generated = new TreeSet<>(below.generatedSecrets());
    }

    static AppManifest read(YamlNode document, AppManifest below, ManifestLimits limits, Faults faults) {
        return document instanceof Mapping root ? new AppJson(root, below, limits, faults).read(below) : below;
    }

    private AppManifest read(AppManifest below) {
        child(root, "env").ifPresent(node -> node.entries().forEach(this::readEnv));
        if (env.size() > limits.envNamesMax()) {
            faults.add(
                    Faults.ENV, root.at(), "env: " + env.size() + " names (expected: <= " + limits.envNamesMax() + ")");
        }
        return new AppManifest(
                below.name(),
                below.runtime(),
                below.entrypoint(),
                env,
                generated,
                below.resources(),
                scaling().orElse(below.scaling()),
                below.port(),
                healthcheck(below.healthcheck()),
                below.release(),
                below.processes(),
                cron(below.cron()),
                below.volumes(),
                below.build(),
                below.test(),
                below.deploy());
    }

    /** A value is a default; without one, the entry is a secret of that name: made up, demanded, or left out. */
    private void readEnv(Entry entry) {
        try {
            EnvName name = new EnvName(entry.key());
            if (entry.value() instanceof Scalar scalar) {
                env.put(name, EnvValue.parse(scalar.isNull() ? "" : scalar.text()));
                return;
            }
            if (!(entry.value() instanceof Mapping details)) {
                faults.add(Faults.ENV, entry.at(), "env " + Quoted.of(entry.key()) + ": a list (expected: a value)");
                return;
            }
            Optional<String> value = text(details, "value");
            SecretName secret = new SecretName(entry.key());
            if (text(details, "generator").equals(Optional.of("secret"))) {
                generated.add(secret);
                env.put(name, new EnvValue.Secret(secret));
            } else if (value.isPresent()) {
                env.put(name, EnvValue.parse(value.get()));
            } else if (!text(details, "required").equals(Optional.of("false"))) {
                env.put(name, new EnvValue.Secret(secret));
            }
        } catch (ProblemException refused) {
            faults.add(entry.at(), "env " + Quoted.of(entry.key()), refused);
        }
    }

    private Optional<Scaling> scaling() {
        Optional<Integer> quantity = child(root, "formation")
                .flatMap(formation -> child(formation, "web"))
                .flatMap(web -> number(web, "quantity"));
        if (quantity.isPresent() && (quantity.get() < 1 || quantity.get() > BackendYml.REPLICAS_MAX)) {
            faults.add(
                    Faults.INVALID,
                    root.at(),
                    "formation.web.quantity: " + quantity.get() + " (expected: 1 to " + BackendYml.REPLICAS_MAX + ")");
            return Optional.empty();
        }
        return quantity.map(count -> new Scaling(count, count));
    }

    /** The first check of {@code web} that asks a path; times there are in seconds. */
    private HealthCheck healthcheck(HealthCheck below) {
        Optional<YamlNode> checks = child(root, "healthchecks").flatMap(all -> value(all, "web"));
        if (checks.isEmpty() || !(checks.get() instanceof YamlNode.Sequence list)) {
            return below;
        }
        for (YamlNode item : list.items()) {
            if (item instanceof Mapping check && text(check, "path").isPresent()) {
                return new HealthCheck(
                        text(check, "path").filter(path -> path.startsWith("/")),
                        below.interval(),
                        seconds(check, "timeout").orElse(below.timeout()),
                        seconds(check, "initialDelay").orElse(below.grace()),
                        below.deadline());
            }
        }
        return below;
    }

    private List<CronEntry> cron(List<CronEntry> below) {
        return value(root, "cron").map(node -> Cron.foreign(node, faults)).orElse(below);
    }

    private static Optional<Duration> seconds(Mapping mapping, String key) {
        return number(mapping, key).filter(seconds -> seconds <= 600).map(Duration::ofSeconds);
    }

    private static Optional<Integer> number(Mapping mapping, String key) {
        return text(mapping, key).filter(digits -> digits.matches("[0-9]{1,6}")).map(Integer::valueOf);
    }

    private static Optional<String> text(Mapping mapping, String key) {
        return value(mapping, key)
                .filter(node -> node instanceof Scalar scalar && !scalar.isNull())
                .map(node -> ((Scalar) node).text());
    }

    private static Optional<Mapping> child(Mapping mapping, String key) {
        return value(mapping, key).filter(Mapping.class::isInstance).map(Mapping.class::cast);
    }

    private static Optional<YamlNode> value(Mapping mapping, String key) {
        return mapping.entries().stream()
                .filter(entry -> entry.key().equals(key))
                .map(Entry::value)
                .findFirst();
    }
}
