package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Project;
import im.backend.domain.ProjectName;
import java.util.List;

/** Creating, finding and deleting projects. */
public final class Projects {
    public Projects(Ports ports, DeployEngine engine) {
        throw new UnsupportedOperationException();
    }

    /** Under the caller's name; Conflict {@code name-taken}. */
    public Project create(Caller caller, ProjectName name) {
        throw new UnsupportedOperationException();
    }

    /** Those that the caller may use, sorted by id, after {@code after} (exclusive; empty for the first page). */
    public List<Project> list(Caller caller, String after, int countMax) {
        throw new UnsupportedOperationException();
    }

    /** @param project name or id */
    public Project find(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /**
     * For good, with source, data, secrets and releases.
     *
     * @param confirm the project's name once more; Conflict {@code confirmation-required} when it differs
     */
    public void delete(Caller caller, String project, String confirm) {
        throw new UnsupportedOperationException();
    }
}
