package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.RuntimeSpec;
import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.HostSettings;
import im.backend.host.ProgramIdentity;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With whatever sandbox and control groups this host has. */
final class LocalOrchestratorTest extends LocalOrchestratorKit {
    @Override
    HostSettings.Use use() {
        return HostSettings.Use.WHEN_THERE;
    }

    @Test
    void aChildThatRunsOutOfMemoryIsToldAndTheAppLivesOn() {
        assumeLimits("memory");
        Workload workload = limited(healthy(key(0), release('a')), 128L << 20);
        Instance instance = start(workload);
        answer(instance);

        assertThat(get(url(instance, "/hog"))).isEqualTo("-9");

        awaitLog("out of memory: the limit is 128 MiB");
        assertThat(orchestrator().lastExit(workload.key())).isEmpty();
    }

    @Test
    void anAppThatRunsOutOfMemoryExitsWithThatReason() {
        assumeLimits("memory");
        String hog = "/usr/bin/python3 -c 'b = bytearray(1 << 30)'";
        Workload workload = limited(app(key(0), release('a'), hog), 64L << 20);

        start(workload);

        await().atMost(SOON).until(() -> orchestrator().lastExit(workload.key()).isPresent());
        assertThat(orchestrator().lastExit(workload.key())).contains(new Exit(137, true));
    }

    @Test
    void aForkBombEndsAtTheLimit() {
        assumeLimits("pids");
        Instance instance = start(healthy(key(0), release('a')));
        answer(instance);

        assertThat(get(url(instance, "/bomb"))).startsWith("BlockingIOError after");
    }

    @Test
    void theCpuLimitBeginsWhenTheAppListens() throws IOException {
        assumeLimits("cpu");
        Workload workload = healthy(key(0), release('a'));
        answer(start(workload));

        await().atMost(SOON).until(() -> quotas(workload).equals("50000"));
    }

    @Test
    void anAppRunsAsTheUserOfItsProject() {
        assumeThat(host.launcher.hasAccounts()).isTrue();
        Instance instance = start(withVolume(key(0), release('a')));
        answer(instance);

        assertThat(get(url(instance, "/id"))).contains("\"uid\": 210007").contains("\"cwd\": \"/app\"");
        assertThat(get(url(instance, "/write"))).isEqualTo("ok");
        assertThat(data.resolve("volumes/admin-shop/data/kept"))
                .satisfies(
                        file -> assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(210_007));
    }

    @Test
    void pythonAndNodeOfTheHostAreFound() throws IOException {
        Files.writeString(
                data.resolve("app/server.js"),
                "require('http').createServer((q, s) => s.end(process.env.RELEASE)).listen(process.env.PORT,"
                        + " '127.0.0.1')");
        Instance python = start(on("python", app(key(0), release('a'), "python app.py")));
        Instance node = start(on("node", app(key(1), release('b'), "node server.js")));

        assertThat(answer(python)).isEqualTo(release('a').toString());
        assertThat(answer(node)).isEqualTo(release('b').toString());
    }

    @Test
    void aMountBelowAnotherIsSeen() throws IOException {
        Path modules = Files.createDirectories(data.resolve("modules/greeting"));
        Files.writeString(modules.resolve("index.js"), "module.exports = () => 'hello'");
        Files.createDirectories(data.resolve("app/node_modules"));
        Files.writeString(
                data.resolve("app/server.js"),
                "require('http').createServer((q, s) => s.end(require('greeting')())).listen(process.env.PORT,"
                        + " '127.0.0.1')");
        Workload base = on("node", app(key(0), release('a'), "node server.js"));
        Workload nested = new Workload(
                base.key(),
                base.project(),
                base.release(),
                base.runtime(),
                base.command(),
                base.folder(),
                base.environment(),
                mounted(base, new Workload.Mount(data.resolve("modules"), "/app/node_modules")),
                base.volumes(),
                base.terms(),
                base.port());

        assertThat(answer(start(nested))).isEqualTo("hello");
    }

    @Test
    void anAppWhoseSandboxMonitorWasKilledIsNotStartedBesideItself() throws IOException {
        assumeThat(host.launcher.facts().sandbox()).isNotEqualTo(SandboxKind.NONE);
        Workload workload = healthy(key(0), release('a'));
        answer(start(workload));
        host.orchestrator.close();
        host.logs.close();
        ProgramIdentity monitor = new InstanceFolder(
                        host.folderOf(release('a')).resolve(new InstanceId(workload.key()).toString()))
                .read()
                .orElseThrow()
                .footprint()
                .identity();
        ProcessHandle.of(monitor.pid()).orElseThrow().destroyForcibly();
        await().atMost(SOON).until(() -> !monitor.isAlive());
        assertThat(host.processes()).as("the app outlives its monitor").isNotEmpty();

        host = LocalHost.start(data, use());
        answer(start(workload));

        assertThat(host.processes())
                .filteredOn(name -> name.endsWith(" python3"))
                .hasSize(1);
    }

    @Test
    void linesOfTheSandboxItselfAreNotTheApps() {
        Workload workload = app(key(0), release('a'), "/bin/sh -c 'echo mine; exec sleep 600'");
        start(workload);
        awaitLog("mine");

        assertThat(host.logs.last(PROJECT.id(), 100)).extracting(LogLine::text).containsExactly("mine");
    }

    @Test
    void whatAnAppWritesToStderrIsInItsLog() {
        start(app(key(0), release('a'), "/usr/bin/python3 -c 'import nothing_of_that_name'"));

        awaitLog("ModuleNotFoundError: No module named 'nothing_of_that_name'");
    }

    private static Workload on(String runtime, Workload workload) {
        return new Workload(
                workload.key(),
                workload.project(),
                workload.release(),
                RuntimeSpec.parse(runtime),
                workload.command(),
                workload.folder(),
                workload.environment(),
                workload.image(),
                workload.volumes(),
                workload.terms(),
                workload.port());
    }

    private String quotas(Workload workload) throws IOException {
        for (String group : host.groups()) {
            Path quota = Path.of(group, "cpu.cfs_quota_us");
            Path max = Path.of(group, "cpu.max");
            if (group.endsWith(workload.key().process() + ".0") && Files.exists(quota)) {
                return Files.readAllLines(quota).getFirst();
            }
            if (group.endsWith(workload.key().process() + ".0") && Files.exists(max)) {
                return Files.readAllLines(max).getFirst().split(" ")[0];
            }
        }
        return "";
    }

    private void assumeLimits(String controller) {
        Map<String, String> limits = host.launcher.facts().limits();
        assumeThat(limits.get(controller))
                .as("control group for %s", controller)
                .startsWith("cgroup");
    }

    private static String url(Instance instance, String path) {
        return "http://" + instance.endpoint().orElseThrow() + path;
    }
}
