package im.backend.store;

import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Releases in memory; {@link InMemoryDeploymentLog} adds them. */
public final class InMemoryReleaseStore implements ReleaseStore {
    private static final Comparator<Release> NEWEST_FIRST =
            Comparator.comparing(Release::version).reversed();

    private final InMemoryProjectStore projects;
    private final List<Release> releases = new ArrayList<>();

    public InMemoryReleaseStore(InMemoryProjectStore projects) {
        this.projects = projects;
        projects.onDelete(this::forget);
    }

    @Override
    public synchronized Optional<Release> find(ProjectId project, ReleaseVersion version) {
        return of(project).stream()
                .filter(release -> release.version().equals(version))
                .findFirst();
    }

    @Override
    public synchronized Optional<Release> latest(ProjectId project) {
        return of(project).stream().findFirst();
    }

    @Override
    public synchronized List<Release> list(ProjectId project, int before, int countMax) {
        return of(project).stream()
                .filter(release -> release.version().number() < before)
                .limit(countMax)
                .toList();
    }

    @Override
    public synchronized List<Release> live() {
        return kept().stream().filter(this::isLive).toList();
    }

    @Override
    public synchronized List<Release> kept() {
        return releases.stream()
                .sorted(Comparator.comparing(Release::project).thenComparing(NEWEST_FIRST))
                .toList();
    }

    @Override
    public synchronized void keepNewest(ProjectId project, int count) {
        List<Release> surplus = of(project).stream()
                .skip(count)
                .filter(release -> !isLive(release))
                .toList();
        releases.removeAll(surplus);
    }

    synchronized void add(Release release) {
        if (find(release.project(), release.version()).isPresent()) {
            throw new Problem.Conflict(
                            "release-exists",
                            "Release " + release.version() + " of " + release.project() + " exists already.")
                    .asException();
        }
        releases.add(release);
        projects.setLive(release.project(), Optional.of(release.version()));
    }

    private synchronized void forget(ProjectId project) {
        releases.removeIf(release -> release.project().equals(project));
    }

    private boolean isLive(Release release) {
        return projects.find(release.project())
                .flatMap(project -> project.live())
                .filter(release.version()::equals)
                .isPresent();
    }

    private List<Release> of(ProjectId project) {
        return releases.stream()
                .filter(release -> release.project().equals(project))
                .sorted(NEWEST_FIRST)
                .toList();
    }
}
