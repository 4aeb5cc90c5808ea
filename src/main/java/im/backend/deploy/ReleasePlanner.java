package im.backend.deploy;

import im.backend.deploy.ports.Ports;
import im.backend.domain.AppManifest;
import im.backend.domain.Deployment;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Joins source, the project's settings and its secrets to what shall run. */
final class ReleasePlanner {
    private static final int GENERATED_BYTES = 32;

    private final Ports ports;
    private final Clock clock;
    private final RandomGenerator random;

    ReleasePlanner(Ports ports, Clock clock, RandomGenerator random) {
        this.ports = ports;
        this.clock = clock;
        this.random = random;
    }

    ReleasePlan plan(Deployment deployment) {
        ProjectId id = deployment.project();
        Project project = ports.stores()
                .projects()
                .find(id)
                .orElseThrow(() -> new Problem.NotFound("No project " + id + "; it was deleted.").asException());
        Optional<Release> base =
                deployment.base().map(version -> kept(id, version)).or(() -> builtMeanwhile(project, deployment));
        SourceTree tree = ports.source().read(id, deployment.commit());
        boolean rollback = deployment.origin() == Deployment.Origin.ROLLBACK && base.isPresent();
        AppManifest manifest = rollback
                ? scaled(id, base.orElseThrow().manifest())
                : effective(id, ports.manifests().read(tree));
        return new ReleasePlan(
                project,
                deployment,
                tree,
                base,
                manifest,
                rollback ? base.orElseThrow().secretVersions() : pinned(id, manifest),
                nextVersion(id),
                clock.instant());
    }

    /** Fails as the deployment itself would: with the manifest's own problem, or {@code secret-missing}. */
    void check(ProjectId project, SourceTree tree) {
        AppManifest manifest = effective(project, ports.manifests().read(tree));
        SortedSet<SecretName> named = namedSecrets(manifest);
        named.removeAll(manifest.generatedSecrets());
        if (!named.isEmpty()) {
            requirePresent(named, present(project).keySet());
        }
    }

    private AppManifest effective(ProjectId project, AppManifest manifest) {
        return scaled(project, manifest.withEnv(ports.stores().projects().env(project)));
    }

    private AppManifest scaled(ProjectId project, AppManifest manifest) {
        return ports.stores()
                .projects()
                .replicas(project)
                .map(replicas -> manifest.withScaling(new AppManifest.Scaling(
                        replicas, Math.max(replicas, manifest.scaling().max()))))
                .orElse(manifest);
    }

    private SortedMap<SecretName, Integer> pinned(ProjectId project, AppManifest manifest) {
        SortedSet<SecretName> named = namedSecrets(manifest);
        SortedMap<SecretName, Integer> versions = new TreeMap<>();
        if (named.isEmpty()) {
            return versions;
        }
        Map<SecretName, Integer> present = present(project);
        for (SecretName name : manifest.generatedSecrets()) {
            if (named.contains(name) && !present.containsKey(name)) {
                present.put(name, ports.secrets().put(project, name, generated()));
            }
        }
        requirePresent(named, present.keySet());
        present.keySet().retainAll(named);
        versions.putAll(present);
        return versions;
    }

    private Map<SecretName, Integer> present(ProjectId project) {
        Map<SecretName, Integer> versions = new HashMap<>();
        ports.secrets().list(project).forEach(secret -> versions.put(secret.name(), secret.version()));
        return versions;
    }

    private SecretValue generated() {
        byte[] bytes = new byte[GENERATED_BYTES];
        random.nextBytes(bytes);
        return new SecretValue(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private static void requirePresent(SortedSet<SecretName> named, Set<SecretName> present) {
        List<Violation> missing = named.stream()
                .filter(name -> !present.contains(name))
                .map(name -> new Violation(
                        "/env",
                        "secret:" + name + " is not set (expected: `backendim secret set " + name + "=...` first)"))
                .toList();
        if (!missing.isEmpty()) {
            throw new Problem.Invalid(
                            "secret-missing",
                            "The env of the app names secrets that the project does not have: "
                                    + missing.stream().map(Violation::message).collect(Collectors.joining("; ")),
                            missing)
                    .asException();
        }
    }

    static SortedSet<SecretName> namedSecrets(AppManifest manifest) {
        SortedSet<SecretName> named = new TreeSet<>();
        for (EnvValue value : manifest.env().values()) {
            switch (value) {
                case EnvValue.Literal literal -> {}
                case EnvValue.Secret(SecretName name) -> named.add(name);
            }
        }
        return named;
    }

    private ReleaseVersion nextVersion(ProjectId project) {
        return ports.stores()
                .releases()
                .latest(project)
                .map(latest -> new ReleaseVersion(latest.version().number() + 1))
                .orElse(new ReleaseVersion(1));
    }

    /** What is run again may have been asked for while its commit was still being built: it needs no second build. */
    private Optional<Release> builtMeanwhile(Project project, Deployment deployment) {
        return switch (deployment.origin()) {
            case CONFIG_CHANGE, START ->
                ports.stores().live(project).filter(live -> live.commit().equals(deployment.commit()));
            case UPLOAD, PUSH, ROLLBACK -> Optional.empty();
        };
    }

    private Release kept(ProjectId project, ReleaseVersion version) {
        return ports.stores()
                .releases()
                .find(project, version)
                .orElseThrow(() -> new Problem.Gone(
                                "release-gone",
                                "Release " + version + " of " + project
                                        + " is not kept any more; `backendim releases` lists those that are.")
                        .asException());
    }
}
