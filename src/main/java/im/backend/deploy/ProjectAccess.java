package im.backend.deploy;

import im.backend.domain.Caller;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.ProjectStore;
import java.util.Optional;

/** Who may touch which project: decided here and nowhere else. A stranger's project looks like one that is not there. */
public final class ProjectAccess {
    private final ProjectStore projects;

    public ProjectAccess(ProjectStore projects) {
        this.projects = projects;
    }

    /** @param nameOrId a name among the caller's own projects, or the id of any that the caller may use */
    public Project find(Caller caller, String nameOrId) {
        return lookUp(caller, nameOrId)
                .orElseThrow(() -> new Problem.NotFound(
                                "No project " + Quoted.of(nameOrId) + "; `backendim project list` shows yours.")
                        .asException());
    }

    Optional<Project> lookUp(Caller caller, String nameOrId) {
        return ownName(caller, nameOrId)
                .or(() -> id(nameOrId))
                .filter(caller::mayUse)
                .flatMap(projects::find)
                .or(() -> id(nameOrId).filter(caller::mayUse).flatMap(projects::find));
    }

    private static Optional<ProjectId> ownName(Caller caller, String text) {
        try {
            return Optional.of(ProjectId.of(caller.user(), new ProjectName(text)));
        } catch (ProblemException notAName) {
            return Optional.empty();
        }
    }

    private static Optional<ProjectId> id(String text) {
        try {
            return Optional.of(new ProjectId(text));
        } catch (ProblemException notAnId) {
            return Optional.empty();
        }
    }
}
