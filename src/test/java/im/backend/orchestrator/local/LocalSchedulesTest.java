package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.host.HostSettings;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.SchedulesContract;
import im.backend.orchestrator.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scheduled commands as programs of this host. */
@Tag("slow")
final class LocalSchedulesTest extends SchedulesContract {
    @TempDir
    Path data;

    private LocalHost host;

    @BeforeEach
    void open() throws IOException {
        host = LocalHost.start(data, HostSettings.Use.WHEN_THERE);
        Files.writeString(data.resolve("app/job.py"), JOB);
        host.orchestrator.createNamespace(release('a'));
        host.orchestrator.createNamespace(release('b'));
    }

    @AfterEach
    void end() {
        host.schedules.replace(PROJECT.id(), List.of());
        host.close();
        assertThat(host.processes()).isEmpty();
    }

    @Override
    protected Schedules schedules() {
        return host.schedules;
    }

    @Override
    protected Instant now() {
        return host.clock.instant();
    }

    @Override
    protected void passTo(Instant moment) {
        host.clock.set(moment);
        host.schedules.tick();
    }

    @Override
    protected Workload.Image image() {
        return new Workload.Image(digest(), List.of(new Workload.Mount(data.resolve("app"), "/app")));
    }

    @Override
    protected List<LogLine> log() {
        return host.logs.last(PROJECT.id(), 1_000);
    }

    @Override
    protected long runs() {
        return host.processes().stream()
                .filter(process -> process.endsWith(" python3"))
                .count();
    }

    @Test
    void anAppKeepsWhatItsCommandWritesIntoItsVolume() throws IOException {
        Files.writeString(data.resolve("app/tick.py"), """
            import os
            with open("/data/ticks", "a") as ticks:
                ticks.write("tick\\n")
            print(open("/data/ticks").read().count("tick"), "so far")
            """);
        List<Workload.Volume> volumes = host.orchestrator.createVolumes(
                PROJECT, release('a'), List.of(new VolumeClaim("data", "/data", 1 << 20, false)));
        schedules().replace(PROJECT.id(), List.of(command('a', "tick", "python3 tick.py", volumes)));

        for (int minute = 1; minute <= 3; minute++) {
            String line = minute + " so far";
            passTo(nextMinute());
            await().atMost(SOON).until(() -> count(line) == 1);
            awaitEnd("tick", new Exit(0, false));
        }

        assertThat(data.resolve("volumes/admin-shop/data/ticks")).hasContent("tick\ntick\ntick\n");
    }

    @Test
    void timesThatPassedUnseenAreNotMadeUp() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "hello 0")));

        passTo(now().plus(Duration.ofHours(2)));

        assertThat(state("report").last()).isEmpty();
        assertThat(state("report").next()).contains(nextMinute());
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("hello") == 1);
    }

    @Test
    void aRunOutlivesTheServerAndTheNextOneGoesOnWithIt() throws IOException {
        List<ScheduledWorkload> commands = List.of(command('a', "long", "begun -1"));
        schedules().replace(PROJECT.id(), commands);
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("begun") == 1);

        Instant later = now();
        shutDown();
        host = LocalHost.start(data, HostSettings.Use.WHEN_THERE);
        host.clock.set(later);
        schedules().replace(PROJECT.id(), commands);
        assertThat(runs()).isEqualTo(1);
        assertThat(state("long").last().orElseThrow().outcome()).isEqualTo(new Schedules.Outcome.Running());
        passTo(nextMinute());
        assertThat(log()).extracting(LogLine::text).anyMatch(line -> line.startsWith("backendim: not started at"));
        assertThat(count("begun")).isEqualTo(1);

        schedules().replace(PROJECT.id(), List.of(command('b', "long", "begun 0")));
        assertThat(count("told to end")).isEqualTo(1);
        assertThat(runs()).isZero();
    }

    @Test
    void howARunEndedWhileNoServerWasThereIsTold() throws IOException {
        Files.writeString(data.resolve("app/wait.py"), """
            import os, sys, time
            while not os.path.exists("/app/go"):
                time.sleep(0.05)
            print("done")
            sys.exit(4)
            """);
        List<ScheduledWorkload> commands = List.of(command('a', "wait", "python3 wait.py", List.of()));
        schedules().replace(PROJECT.id(), commands);
        passTo(nextMinute());
        await().atMost(SOON).until(() -> runs() == 1);

        shutDown();
        Files.writeString(data.resolve("app/go"), "");
        await().atMost(SOON).until(() -> runs() == 0);
        host = LocalHost.start(data, HostSettings.Use.WHEN_THERE);
        schedules().replace(PROJECT.id(), commands);

        await().atMost(SOON).until(() -> count("backendim: exited with 4") == 1);
        assertThat(log()).extracting(LogLine::text).endsWith("done", "backendim: exited with 4");
        awaitEnd("wait", new Exit(4, false));
    }

    @Test
    void aCommandThatCanNotBeStartedSaysWhy() {
        schedules().replace(PROJECT.id(), List.of(command('a', "report", "no-such-program", List.of())));

        passTo(nextMinute());

        await().atMost(SOON)
                .until(() -> state("report").last().map(Schedules.Run::outcome).orElseThrow()
                        instanceof Schedules.Outcome.Failed);
        assertThat(log())
                .extracting(LogLine::text)
                .anyMatch(line ->
                        line.startsWith("backendim: could not be started: ") && line.contains("no-such-program"));
    }

    @Test
    void aLimitedNumberRunsAtOnceAndTheOthersWaitForAPlace() {
        schedules()
                .replace(
                        PROJECT.id(),
                        IntStream.rangeClosed(1, LocalSchedules.AT_ONCE_MAX + 1)
                                .mapToObj(number -> command('a', "job-" + number, "begun -1"))
                                .toList());
        passTo(nextMinute());
        await().atMost(SOON).until(() -> count("begun") == LocalSchedules.AT_ONCE_MAX);
        Schedules.State waiting = schedules().states(PROJECT.id()).stream()
                .filter(state -> state.last().isEmpty())
                .findFirst()
                .orElseThrow();

        assertThat(waiting.next()).contains(now());
        passTo(now().plus(Schedules.LATE_MAX).plusSeconds(1));
        assertThat(state(waiting.name()).next()).contains(nextMinute());
    }

    private void shutDown() {
        host.schedules.close();
        host.orchestrator.close();
        host.logs.close();
        host.launcher.close();
    }
}
