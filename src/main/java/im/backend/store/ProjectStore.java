package im.backend.store;

import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Projects and what is set on them outside their source. Durable when a call returns. */
public interface ProjectStore {
    /** Gives it a uid offset that no project ever had. Fails with Conflict {@code name-taken}. */
    Project create(ProjectId id);

    Optional<Project> find(ProjectId id);

    /** Sorted by id, those after {@code after} (exclusive, empty for the first page). */
    List<Project> list(Owner owner, String after, int countMax);

    /** Env that was set by {@code env set}; it wins over backend.yml. */
    SortedMap<EnvName, EnvValue> env(ProjectId id);

    /** Removes and puts in one step. Fails with NotFound, as do all changes of an unknown project. */
    void changeEnv(ProjectId id, Map<EnvName, EnvValue> puts, List<EnvName> removes);

    /** Replicas that were set by {@code scale}; they win over backend.yml. */
    Optional<Integer> replicas(ProjectId id);

    void setReplicas(ProjectId id, int replicas);

    /** A stopped project has no live version and keeps its releases. */
    void markStopped(ProjectId id);

    /**
     * Removes the project with all that hangs on it; no-op when there is none. A tombstone stays, and its uid offset is never
     * given to another project, so that files which were left behind can not change hands.
     */
    void delete(ProjectId id);

    sealed interface Owner {
        record Anyone() implements Owner {}

        record User(UserName name) implements Owner {}
    }
}
