package im.backend.secret;

import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Secrets in memory and in clear, for tests only. */
public final class InMemorySecretStore implements SecretStore {
    private final Supplier<? extends Collection<Release>> keptReleases;
    private final Clock clock;
    private final Map<ProjectId, SortedMap<SecretName, Versions>> projects = new HashMap<>();

    /** @param keptReleases those whose secret versions must stay readable */
    public InMemorySecretStore(Supplier<? extends Collection<Release>> keptReleases, Clock clock) {
        this.keptReleases = keptReleases;
        this.clock = clock;
    }

    @Override
    public synchronized int put(ProjectId project, SecretName name, SecretValue value) {
        SortedMap<SecretName, Versions> secrets = projects.computeIfAbsent(project, id -> new TreeMap<>());
        Versions versions = secrets.computeIfAbsent(name, id -> new Versions());
        if (!versions.present && list(project).size() >= SECRETS_MAX) {
            throw new Problem.Forbidden("quota-exceeded", "The project has " + SECRETS_MAX + " secrets already.")
                    .asException();
        }
        versions.present = true;
        versions.updatedAt = clock.instant();
        versions.values.put(++versions.last, value);
        prune(project, name, versions, versions.last - VERSIONS_MAX);
        return versions.last;
    }

    @Override
    public synchronized List<SecretInfo> list(ProjectId project) {
        return secrets(project).entrySet().stream()
                .filter(entry -> entry.getValue().present)
                .map(entry -> {
                    Versions versions = entry.getValue();
                    String fingerprint = Integer.toHexString(
                            (project + ":" + versions.values.get(versions.last).reveal()).hashCode());
                    return new SecretInfo(entry.getKey(), versions.last, fingerprint, versions.updatedAt);
                })
                .toList();
    }

    @Override
    public synchronized SecretValue reveal(ProjectId project, SecretName name, int version) {
        return Optional.ofNullable(secrets(project).get(name))
                .map(versions -> versions.values.get(version))
                .orElseThrow(() -> new Problem.Invalid(
                                "secret-missing", "secret: " + name + " version " + version + " does not exist")
                        .asException());
    }

    @Override
    public synchronized boolean delete(ProjectId project, SecretName name) {
        Versions versions = secrets(project).get(name);
        if (versions == null || !versions.present) {
            return false;
        }
        versions.present = false;
        prune(project, name, versions, versions.last);
        return true;
    }

    @Override
    public synchronized void deleteAll(ProjectId project) {
        projects.remove(project);
    }

    private SortedMap<SecretName, Versions> secrets(ProjectId project) {
        return projects.getOrDefault(project, new TreeMap<>());
    }

    private void prune(ProjectId project, SecretName name, Versions versions, int lastToPrune) {
        List<Integer> needed = keptReleases.get().stream()
                .filter(release -> release.project().equals(project))
                .flatMap(release -> Optional.ofNullable(release.secretVersions().get(name)).stream())
                .toList();
        versions.values.headMap(lastToPrune + 1).keySet().removeIf(version -> !needed.contains(version));
    }

    private static final class Versions {
        private final SortedMap<Integer, SecretValue> values = new TreeMap<>();
        private int last;
        private boolean present;
        private Instant updatedAt = Instant.EPOCH;
    }
}
