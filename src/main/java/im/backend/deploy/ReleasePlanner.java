package im.backend.deploy;

import im.backend.domain.AppManifest;
import im.backend.domain.Deployment;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.secret.SecretInfo;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Joins source, the project's settings and its secrets to what shall run. */
final class ReleasePlanner {
    private final Ports ports;
    private final Clock clock;

    ReleasePlanner(Ports ports, Clock clock) {
        this.ports = ports;
        this.clock = clock;
    }

    ReleasePlan plan(Deployment deployment) {
        ProjectId id = deployment.project();
        Project project = ports.stores()
                .projects()
                .find(id)
                .orElseThrow(() -> new Problem.NotFound("No project " + id + "; it was deleted.").asException());
        Optional<Release> base = deployment.base().map(version -> kept(id, version));
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
                rollback ? base.orElseThrow().secretVersions() : secretVersions(id, manifest),
                nextVersion(id),
                clock.instant());
    }

    /** Fails as the deployment itself would: with the manifest's own problem, or {@code secret-missing}. */
    void check(ProjectId project, SourceTree tree) {
        secretVersions(project, effective(project, ports.manifests().read(tree)));
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

    private SortedMap<SecretName, Integer> secretVersions(ProjectId project, AppManifest manifest) {
        SortedSet<SecretName> named = namedSecrets(manifest);
        if (named.isEmpty()) {
            return new TreeMap<>();
        }
        Map<SecretName, Integer> present =
                ports.secrets().list(project).stream().collect(Collectors.toMap(SecretInfo::name, SecretInfo::version));
        List<Violation> missing = named.stream()
                .filter(name -> !present.containsKey(name))
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
        SortedMap<SecretName, Integer> versions = new TreeMap<>();
        named.forEach(name -> versions.put(name, present.get(name)));
        return versions;
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
