package im.backend.deploy.rollout;

import im.backend.domain.Release;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Workload;
import java.util.List;
import java.util.Optional;

/**
 * A release made ready to be started: image open, storage bound, secrets revealed.
 *
 * @param web instances that take traffic; empty for a pure worker
 * @param others one instance of each other process
 * @param beforeStart the release command, to be run once before any of them
 * @param scheduled commands that are run at their times once it is live
 */
public record Launch(
        Release release,
        List<Workload> web,
        List<Workload> others,
        Optional<Workload> beforeStart,
        List<ScheduledWorkload> scheduled) {
    public Launch {
        web = List.copyOf(web);
        others = List.copyOf(others);
        scheduled = List.copyOf(scheduled);
    }
}
