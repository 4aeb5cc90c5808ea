package im.backend.orchestrator;

import im.backend.domain.ProjectId;
import im.backend.domain.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Runs commands of live releases at their times, in UTC. Of one entry there is never more than one run: a time that comes
 * while it still runs is left out, and so is one that passed while nothing was there to keep it. What a run writes goes into
 * the project's log under the process {@link ScheduledWorkload#process}, and so does an exit code other than 0. Safe for
 * several threads.
 */
public interface Schedules {
    /** A run that can not begin so soon after its time is left out. */
    Duration LATE_MAX = Duration.ofSeconds(60);

    /**
     * From now on exactly these are run for the project. Safe to repeat: a run of one that stays goes on. A run of any other
     * is ended, TERM first, and nothing of it is left when this returns.
     *
     * @param commands all of one release; none for a project that stops
     */
    void replace(ProjectId project, List<ScheduledWorkload> commands);

    /** What was seen of each that is run for the project just now, by name. */
    List<State> states(ProjectId project);

    /**
     * @param next when it is to be run next; empty while somebody has suspended it
     * @param last the run that began last, of this release or an earlier one; empty when none is known any more
     */
    record State(String name, Schedule schedule, Optional<Instant> next, Optional<Run> last) {}

    record Run(Instant begun, Outcome outcome) {}

    /** What became of a run. */
    sealed interface Outcome {
        record Running() implements Outcome {}

        record Ended(Exit exit) implements Outcome {}

        /**
         * It did not begin, or was ended from outside.
         *
         * @param why one sentence
         */
        record Failed(String why) implements Outcome {}
    }
}
