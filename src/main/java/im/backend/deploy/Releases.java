package im.backend.deploy;

import im.backend.deploy.queue.DeployDesk;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.problem.Problem;
import im.backend.store.ReleaseStore;
import java.util.List;
import java.util.Optional;

/** What was live once, and can be again without a build. */
public final class Releases {
    private final ReleaseStore releases;
    private final ProjectAccess access;
    private final DeployDesk desk;

    Releases(ReleaseStore releases, ProjectAccess access, DeployDesk desk) {
        this.releases = releases;
        this.access = access;
        this.desk = desk;
    }

    /** Newest first, those before version {@code before} (exclusive; {@code Integer.MAX_VALUE} for the first page). */
    public List<Release> list(Caller caller, String project, int before, int countMax) {
        return releases.list(access.find(caller, project).id(), before, countMax);
    }

    public Release find(Caller caller, String project, ReleaseVersion version) {
        Project found = access.find(caller, project);
        return releases.find(found.id(), version)
                .orElseThrow(() -> new Problem.NotFound("No release " + version + " of " + found.id()
                                + "; `backendim releases` lists those that are kept.")
                        .asException());
    }

    /** To the release before the live one; Conflict {@code no-release} when there is none. */
    public Deployment rollback(Caller caller, String project) {
        Project found = access.find(caller, project);
        int before = found.live().map(ReleaseVersion::number).orElse(Integer.MAX_VALUE);
        Release previous = releases.list(found.id(), before, 1).stream()
                .findFirst()
                .orElseThrow(() -> new Problem.Conflict(
                                "no-release",
                                found.id() + " has no earlier release to go back to; `backendim releases` lists them.")
                        .asException());
        return place(caller, found, previous);
    }

    /** To that release; Gone {@code release-gone} when it is not kept any more. */
    public Deployment rollback(Caller caller, String project, ReleaseVersion version) {
        Project found = access.find(caller, project);
        Optional<Release> target = releases.find(found.id(), version);
        if (target.isPresent()) {
            return place(caller, found, target.get());
        }
        boolean existed = releases.latest(found.id())
                .filter(latest -> latest.version().compareTo(version) > 0)
                .isPresent();
        Problem problem = existed
                ? new Problem.Gone(
                        "release-gone",
                        "Release " + version + " of " + found.id()
                                + " is not kept any more; `backendim releases` lists those that are.")
                : new Problem.NotFound("No release " + version + " of " + found.id() + ".");
        throw problem.asException();
    }

    private Deployment place(Caller caller, Project project, Release target) {
        return desk.place(new DeployDesk.Order(
                project.id(),
                target.commit(),
                caller.user(),
                Deployment.Origin.ROLLBACK,
                Optional.of(target.version()),
                Optional.empty()));
    }
}
