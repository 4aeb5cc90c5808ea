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
    /** Gives it the next free uid offset. Fails with Conflict {@code name-taken}. */
    Project create(ProjectId id);

    Optional<Project> find(ProjectId id);

    /** Sorted by id, those after {@code after} (exclusive, empty for the first page). */
    List<Project> list(Owner owner, String after, int countMax);

    /** Env that was set by {@code env set}; it wins over backend.yml. */
    SortedMap<EnvName, EnvValue> env(ProjectId id);

    /** Puts and removes in one step. */
    void changeEnv(ProjectId id, Map<EnvName, EnvValue> puts, List<EnvName> removes);

    /** Replicas that were set by {@code scale}; they win over backend.yml. */
    Optional<Integer> replicas(ProjectId id);

    void setReplicas(ProjectId id, int replicas);

    /** A stopped project has no live version and keeps its releases. */
    void markStopped(ProjectId id);

    /** Removes the project and its releases and deployments; a tombstone keeps its uid offset unused for 7 days. */
    void delete(ProjectId id);

    sealed interface Owner {
        record Anyone() implements Owner {}

        record User(UserName name) implements Owner {}
    }
}
