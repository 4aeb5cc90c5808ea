package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.ProjectAccess;
import im.backend.deploy.ProjectLifecycle;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.store.ProjectStore;
import java.util.List;

/** Creating, finding and deleting projects. */
public final class Projects {
    private final ProjectStore store;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;

    public Projects(Ports ports, DeployEngine engine) {
        this.store = ports.stores().projects();
        this.access = engine.access();
        this.lifecycle = engine.lifecycle();
    }

    /** Under the caller's name; Conflict {@code name-taken}. */
    public Project create(Caller caller, ProjectName name) {
        return lifecycle.open(ProjectId.of(caller.user(), name));
    }

    /** Those that the caller may use, sorted by id, after {@code after} (exclusive; empty for the first page). */
    public List<Project> list(Caller caller, String after, int countMax) {
        ProjectStore.Owner owner = switch (caller.role()) {
            case ADMIN -> new ProjectStore.Owner.Anyone();
            case MEMBER -> new ProjectStore.Owner.User(caller.user());
        };
        return store.list(owner, after, countMax);
    }

    /** @param project name or id */
    public Project find(Caller caller, String project) {
        return access.find(caller, project);
    }

    /**
     * For good, with source, data, secrets and releases.
     *
     * @param confirm the project's name once more; Conflict {@code confirmation-required} when it differs
     */
    public void delete(Caller caller, String project, String confirm) {
        Project found = access.find(caller, project);
        if (!confirm.equals(found.name().value())) {
            throw new Problem.Conflict(
                            "confirmation-required",
                            "confirm: " + Quoted.of(confirm) + " (expected: " + found.name()
                                    + "). Deleting removes source, data, secrets and releases for good.")
                    .asException();
        }
        lifecycle.delete(found);
    }
}
