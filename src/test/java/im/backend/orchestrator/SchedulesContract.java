package im.backend.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.Schedule;
import im.backend.domain.StartPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every scheduler does, by a clock that is driven. */
public abstract class SchedulesContract {
    protected static final Project PROJECT =
            new Project(new ProjectId("admin-shop"), Instant.EPOCH, 7, Optional.empty());
    protected static final Duration SOON = Duration.ofSeconds(60);
    protected static final String EVERY_MINUTE = "* * * * *";
    /** Says a word and ends with a code, or with a negative one waits to be told to end. To be found as /app/job.py. */
    protected static final String JOB = """
        import signal, sys, time
        def told(*_):
            print("told to end", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, told)
        print(sys.argv[1], flush=True)
        code = int(sys.argv[2])
        if code < 0:
            time.sleep(600)
        sys.exit(code)
        """;

    protected abstract Schedules schedules();

    protected abstract Instant now();

    /** Sets the clock forward and lets be done what is due. */
    protected abstract void passTo(Instant moment);

    /** @param image with {@link #JOB} in it */
    protected abstract Workload.Image image();

    protected abstract List<LogLine> log();

    /** Runs that are under way, as seen from outside. */
    protected abstract long runs();

    @Test
    void aCommandIsRunAtItsTimesAndItsLinesAreInTheLog() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "hello 0")));
        assertThat(state("report").last()).isEmpty();
        assertThat(state("report").next()).contains(new Schedule(EVERY_MINUTE).next(now()));
        assertThat(count("hello")).isZero();

        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("hello") == 1);
        awaitEnd("report", new Exit(0, false));
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("hello") == 2);

        assertThat(log()).extracting(LogLine::process).containsOnly("cron.report");
        assertThat(log()).extracting(LogLine::text).containsOnly("hello");
    }

    @Test
    void aFailureIsToldInTheLogAndRemembered() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "hello 3")));

        passTo(nextMinute());

        awaitEnd("report", new Exit(3, false));
        await().atMost(SOON).until(() -> count("backendim: exited with 3") == 1);
        assertThat(log()).extracting(LogLine::text).containsExactly("hello", "backendim: exited with 3");
    }

    @Test
    void thereAreNeverTwoRunsOfOneEntry() {
        schedules().replace(PROJECT.id(), List.of(command('a', "long", "begun -1"), command('a', "short", "beat 0")));
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("begun") == 1 && count("beat") == 1);
        awaitEnd("short", new Exit(0, false));

        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("beat") == 2);

        assertThat(count("begun")).isEqualTo(1);
        assertThat(state("long").last().orElseThrow().outcome()).isEqualTo(new Schedules.Outcome.Running());
    }

    @Test
    void onlyTheCommandsOfTheLastReleaseAreRun() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "old -1"), command('a', "gone", "gone 0")));
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("old") == 1 && count("gone") == 1);

        schedules().replace(PROJECT.id(), List.of(command('b', "report", "new 0")));
        assertThat(runs()).isZero();
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("new") == 1);

        assertThat(count("gone")).isEqualTo(1);
        assertThat(schedules().states(PROJECT.id()))
                .extracting(Schedules.State::name)
                .containsExactly("report");
    }

    @Test
    void toAskForTheSameAgainChangesNothing() {
        List<ScheduledWorkload> commands = List.of(command('a', "long", "begun -1"));
        schedules().replace(PROJECT.id(), commands);
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("begun") == 1);

        schedules().replace(PROJECT.id(), commands);

        assertThat(state("long").last().orElseThrow().outcome()).isEqualTo(new Schedules.Outcome.Running());
        assertThat(count("told to end")).isZero();
    }

    @Test
    void aProjectThatStopsRunsNothing() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "old -1")));
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("old") == 1);

        schedules().replace(PROJECT.id(), List.of());

        assertThat(runs()).isZero();
        assertThat(schedules().states(PROJECT.id())).isEmpty();
    }

    @Test
    void aRunThatTakesTooLongIsEnded() {
        ScheduledWorkload usual = command('a', "long", "begun -1");
        schedules()
                .replace(
                        PROJECT.id(),
                        List.of(new ScheduledWorkload(
                                usual.name(), new Schedule("0 * * * *"), Duration.ofSeconds(2), usual.workload())));
        passTo(new Schedule("0 * * * *").next(now()));
        await().atMost(SOON).until(() -> count("begun") == 1);

        await().atMost(SOON).pollInterval(Duration.ofMillis(300)).until(() -> {
            passTo(now().plusSeconds(1));
            return state("long").last().orElseThrow().outcome() instanceof Schedules.Outcome.Failed;
        });

        assertThat(state("long").last().orElseThrow().outcome())
                .isEqualTo(new Schedules.Outcome.Failed("ended after 2 s, its timeout"));
        await().atMost(SOON).until(() -> runs() == 0);
    }

    protected Instant nextMinute() {
        return new Schedule(EVERY_MINUTE).next(now());
    }

    protected long count(String text) {
        return log().stream().filter(line -> line.text().equals(text)).count();
    }

    protected Schedules.State state(String name) {
        return schedules().states(PROJECT.id()).stream()
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    protected void awaitEnd(String name, Exit exit) {
        await().atMost(SOON)
                .until(() -> state(name)
                        .last()
                        .map(Schedules.Run::outcome)
                        .equals(Optional.of(new Schedules.Outcome.Ended(exit))));
    }

    protected ScheduledWorkload command(char digit, String name, String arguments) {
        return command(digit, name, "python3 job.py " + arguments, List.of());
    }

    protected ScheduledWorkload command(char digit, String name, String command, List<Workload.Volume> volumes) {
        Workload.Key key =
                new Workload.Key(new DeploymentId(new UUID(digit, digit)), ScheduledWorkload.process(name), 0);
        Workload workload = new Workload(
                key,
                PROJECT,
                release(digit),
                RuntimeSpec.parse("go"),
                Command.parse(command),
                StartPlan.APP,
                Map.of(),
                image(),
                volumes,
                Workload.Terms.DEFAULT.single(),
                new Workload.Port.None());
        return new ScheduledWorkload(name, new Schedule(EVERY_MINUTE), Duration.ofHours(1), workload);
    }

    protected static ReleaseName release(char digit) {
        return new ReleaseName(
                PROJECT.id(), new CommitHash(String.valueOf(digit).repeat(40)));
    }

    protected static Digest digest() {
        return Digest.ofSha256Hex("0".repeat(64));
    }
}
