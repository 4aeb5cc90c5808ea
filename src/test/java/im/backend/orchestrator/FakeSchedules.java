package im.backend.orchestrator;

import im.backend.domain.ProjectId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Knows what shall be run for whom, and runs nothing. */
public final class FakeSchedules implements Schedules {
    private final Map<ProjectId, List<ScheduledWorkload>> wanted = new HashMap<>();
    private final List<String> calls = new ArrayList<>();

    @Override
    public synchronized void replace(ProjectId project, List<ScheduledWorkload> commands) {
        wanted.put(project, List.copyOf(commands));
        calls.add(commands.stream().map(ScheduledWorkload::name).toList().toString());
    }

    @Override
    public synchronized List<State> states(ProjectId project) {
        return wanted(project).stream()
                .map(command -> new State(
                        command.name(),
                        command.schedule(),
                        Optional.of(command.schedule().next(Instant.EPOCH)),
                        Optional.empty()))
                .toList();
    }

    public synchronized List<ScheduledWorkload> wanted(ProjectId project) {
        return wanted.getOrDefault(project, List.of());
    }

    /** The names of each call, the first one first. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }
}
