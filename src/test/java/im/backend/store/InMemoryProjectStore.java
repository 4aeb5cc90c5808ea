package im.backend.store;

import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.problem.Problem;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Projects in memory, for tests of whoever needs a store and not a disk. */
public final class InMemoryProjectStore implements ProjectStore {
    private final Clock clock;
    private final SortedMap<ProjectId, State> states = new TreeMap<>();
    private final List<Consumer<ProjectId>> deletionListeners = new ArrayList<>();
    private int offsetsGiven;

    public InMemoryProjectStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Project create(ProjectId id) {
        if (states.containsKey(id)) {
            throw new Problem.Conflict("name-taken", "A project " + id + " exists already; choose another name.")
                    .asException();
        }
        State state = new State(new Project(id, clock.instant(), ++offsetsGiven, Optional.empty()));
        states.put(id, state);
        return state.project;
    }

    @Override
    public synchronized Optional<Project> find(ProjectId id) {
        return Optional.ofNullable(states.get(id)).map(state -> state.project);
    }

    @Override
    public synchronized List<Project> list(Owner owner, String after, int countMax) {
        return states.values().stream()
                .map(state -> state.project)
                .filter(project -> project.id().value().compareTo(after) > 0)
                .filter(project -> switch (owner) {
                    case Owner.Anyone() -> true;
                    case Owner.User(var name) -> project.owner().equals(name);
                })
                .limit(countMax)
                .toList();
    }

    @Override
    public synchronized SortedMap<EnvName, EnvValue> env(ProjectId id) {
        return Optional.ofNullable(states.get(id))
                .map(state -> Collections.unmodifiableSortedMap(new TreeMap<>(state.env)))
                .orElseGet(Collections::emptySortedMap);
    }

    @Override
    public synchronized void changeEnv(ProjectId id, Map<EnvName, EnvValue> puts, List<EnvName> removes) {
        SortedMap<EnvName, EnvValue> env = state(id).env;
        removes.forEach(env::remove);
        env.putAll(puts);
    }

    @Override
    public synchronized Optional<Integer> replicas(ProjectId id) {
        return Optional.ofNullable(states.get(id)).flatMap(state -> state.replicas);
    }

    @Override
    public synchronized void setReplicas(ProjectId id, int replicas) {
        state(id).replicas = Optional.of(replicas);
    }

    @Override
    public synchronized void markStopped(ProjectId id) {
        setLive(id, Optional.empty());
    }

    @Override
    public synchronized void delete(ProjectId id) {
        if (states.remove(id) != null) {
            deletionListeners.forEach(listener -> listener.accept(id));
        }
    }

    synchronized void setLive(ProjectId id, Optional<ReleaseVersion> live) {
        State state = state(id);
        state.project = new Project(id, state.project.createdAt(), state.project.uidOffset(), live);
    }

    synchronized void onDelete(Consumer<ProjectId> listener) {
        deletionListeners.add(listener);
    }

    private State state(ProjectId id) {
        State state = states.get(id);
        if (state == null) {
            throw new Problem.NotFound("No project " + id + ".").asException();
        }
        return state;
    }

    private static final class State {
        private Project project;
        private final SortedMap<EnvName, EnvValue> env = new TreeMap<>();
        private Optional<Integer> replicas = Optional.empty();

        State(Project project) {
            this.project = project;
        }
    }
}
