package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.ReleaseName;
import im.backend.host.HostSettings;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.OrchestratorContract;
import im.backend.orchestrator.Workload;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds on a host with and without sandbox and control groups. */
abstract class LocalOrchestratorKit extends OrchestratorContract {
    static final String SERVE = "/usr/bin/python3 app.py";
    static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path data;

    LocalHost host;

    abstract HostSettings.Use use();

    @BeforeEach
    void open() throws IOException {
        host = LocalHost.start(data, use());
    }

    /** Whatever a test did, nothing stays behind. */
    @AfterEach
    void end() throws IOException {
        host.close();
        assertThat(host.processes()).isEmpty();
        assertThat(host.groups()).isEmpty();
        assertThat(data.resolve("host/locks")).isEmptyDirectory();
    }

    @Override
    protected Orchestrator orchestrator() {
        return host.orchestrator;
    }

    @Override
    protected Workload healthy(Workload.Key key, ReleaseName release) {
        return app(key, release, SERVE);
    }

    Workload app(Workload.Key key, ReleaseName release, String command) {
        return host.app(workload(key, release, command, Map.of()), command, Map.of("MARK", data.toString()), List.of());
    }

    Workload withVolume(Workload.Key key, ReleaseName release) {
        List<Workload.Volume> volumes = host.orchestrator.createVolumes(
                PROJECT, release, List.of(new VolumeClaim("data", "/data", 1 << 20, false)));
        Map<String, String> environment = Map.of("MARK", data.toString(), "DATA_DIR", "/data");
        return host.app(workload(key, release, SERVE, Map.of()), SERVE, environment, volumes);
    }

    @Test
    void nothingOfTheServersEnvironmentIsInherited() {
        Instance instance = start(healthy(key(0), release('a')));
        answer(instance);

        String environment = get("http://" + instance.endpoint().orElseThrow() + "/env");

        assertThat(environment)
                .contains("\"PORT\": \"" + instance.endpoint().orElseThrow().port() + "\"")
                .contains("\"HOST\": \"127.0.0.1\"");
        assertThat(environment.split("\",")).hasSizeBetween(9, 12);
    }

    @Test
    void aVolumeSurvivesRedeploys() {
        Instance old = start(withVolume(key(0), release('a')));
        answer(old);
        get("http://" + old.endpoint().orElseThrow() + "/write");
        orchestrator().removeNamespace(release('a'));

        Instance fresh = start(withVolume(key(0), release('b')));
        answer(fresh);

        assertThat(get("http://" + fresh.endpoint().orElseThrow() + "/read")).isEqualTo("x");
        assertThat(host.storage.usedBytes(PROJECT.id())).isPositive();
        orchestrator().removeNamespace(release('b'));
        host.storage.delete(PROJECT.id());
        assertThat(data.resolve("volumes/admin-shop")).doesNotExist();
        assertThat(data.resolve("logs/admin-shop")).doesNotExist();
    }

    @Test
    void whatEndsIsStartedAgainAndItsExitIsTold() {
        Workload crashing = app(key(0), release('a'), "/bin/sh -c 'echo bad day; exit 3'");

        start(crashing);

        await().atMost(SOON).until(() -> restarts(crashing.key()) >= 2);
        assertThat(orchestrator().lastExit(crashing.key())).contains(new Exit(3, false));
        assertThat(host.logs.tail(crashing.key(), 50))
                .extracting(LogLine::text)
                .contains("bad day", "backendim: ended with exit code 3; starts again in 1 s");
    }

    @Test
    void stoppingTakesDaemonsAlongThatIgnoreTerm() {
        Workload workload = healthy(key(0), release('a'));
        Instance instance = start(workload);
        answer(instance);
        get("http://" + instance.endpoint().orElseThrow() + "/daemon");
        await().atMost(SOON).until(() -> host.processes().size() > 5);

        orchestrator().stop(workload.key(), Duration.ofSeconds(2));

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void anAppThatIgnoresTermIsKilledAfterTheGrace() {
        Workload deaf = app(key(0), release('a'), SERVE + " --deaf");
        answer(start(deaf));

        long before = System.nanoTime();
        orchestrator().stop(deaf.key(), Duration.ofMillis(500));

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(4));
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void aWrongListenerIsSeen() {
        Workload elsewhere = app(key(0), release('a'), SERVE + " --elsewhere");
        Instance instance = start(elsewhere);
        int wrong = instance.endpoint().orElseThrow().port() + 1;

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(orchestrator().observe(elsewhere.key()))
                        .isInstanceOfSatisfying(
                                Observation.Running.class,
                                running -> assertThat(running.listening())
                                        .extracting(endpoint -> endpoint.port())
                                        .containsExactly(wrong)));
    }

    @Test
    void aProgramThatIsNotThereIsNamedWithARemedy() {
        Workload missing = app(key(0), release('a'), "gunicorn app:app");

        assertThat(catchThrowableOfType(ProblemException.class, () -> start(missing))
                        .problem()
                        .detail())
                .contains("gunicorn");
        assertThat(orchestrator().running(PROJECT.id())).isEmpty();
    }

    @Test
    void aVolumeInsideTheAppNeedsAFolderThere() throws IOException {
        Workload base = healthy(key(0), release('a'));
        List<Workload.Volume> volumes = host.orchestrator.createVolumes(
                PROJECT, release('a'), List.of(new VolumeClaim("data", "/app/uploads", 1 << 20, false)));
        Workload workload = host.app(base, SERVE, Map.of("DATA_DIR", "/app/uploads"), volumes);

        assertThat(catchThrowableOfType(ProblemException.class, () -> start(workload))
                        .problem()
                        .detail())
                .contains("/app/uploads");
        Files.createDirectory(data.resolve("app/uploads"));
        Instance instance = start(workload);
        answer(instance);

        assertThat(get("http://" + instance.endpoint().orElseThrow() + "/write"))
                .isEqualTo("ok");
        assertThat(data.resolve("volumes/admin-shop/data/kept")).exists();
    }

    @Test
    void logsOfAllReleasesAreKeptInOrder() {
        Workload old = app(key(0), release('a'), "/bin/sh -c 'echo one; echo two; exec sleep 600'");
        start(old);
        awaitLog("two");
        orchestrator().stop(old.key(), GRACE);
        Workload fresh = app(key(0), release('b'), "/bin/sh -c 'echo three; exec sleep 600'");
        start(fresh);
        awaitLog("three");

        List<LogLine> lines = host.logs.last(PROJECT.id(), 10);

        assertThat(lines).extracting(LogLine::text).containsExactly("one", "two", "three");
        assertThat(lines).extracting(LogLine::position).isSorted();
        assertThat(lines.getLast().release()).isEqualTo(release('b').commit().shortForm());
        assertThat(host.logs.after(PROJECT.id(), lines.getFirst().position(), 10))
                .isEqualTo(lines.subList(1, 3));
        assertThat(host.logs.tail(fresh.key(), 10)).containsExactly(lines.getLast());
    }

    @Test
    void aCommandRunsOnceWithTheAppsFilesAndEnvironment() {
        List<String> lines = new ArrayList<>();
        Workload workload = app(key(0), release('a'), "/bin/sh -c 'pwd; ls; echo $RELEASE; exit 4'");

        Exit exit = host.oneOff.run(workload, SOON, lines::add);

        assertThat(exit).isEqualTo(new Exit(4, false));
        assertThat(lines).contains("app.py", release('a').toString());
    }

    @Test
    void aCommandThatTakesTooLongIsKilled() {
        Workload workload = app(key(0), release('a'), "/bin/sh -c 'sleep 600 & sleep 600'");

        assertThat(host.oneOff.run(workload, Duration.ofMillis(400), line -> {}).code())
                .isEqualTo(124);
    }

    static Workload.Image mounted(Workload workload, Workload.Mount further) {
        Workload.Image image = workload.image();
        return new Workload.Image(image.digest(), List.of(image.mounts().getFirst(), further));
    }

    static Workload limited(Workload workload, long memoryBytes) {
        Workload.Terms terms = workload.terms();
        return new Workload(
                workload.key(),
                workload.project(),
                workload.release(),
                workload.runtime(),
                workload.command(),
                workload.folder(),
                workload.environment(),
                workload.image(),
                workload.volumes(),
                new Workload.Terms(
                        new Resources(memoryBytes, 500),
                        terms.scaling(),
                        terms.health(),
                        terms.strategy(),
                        terms.drain()),
                workload.port());
    }

    int restarts(Workload.Key key) {
        return switch (orchestrator().observe(key)) {
            case Observation.Running running -> running.restarts();
            case Observation.Exited exited -> exited.restarts();
            case Observation.Held held -> 0;
            case Observation.Absent absent -> 0;
        };
    }

    void awaitLog(String text) {
        await().atMost(SOON)
                .until(() -> host.logs.last(PROJECT.id(), 1000).stream()
                        .anyMatch(line -> line.text().contains(text)));
    }
}
