package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What install.sh made, under a systemd that runs: the units with all their restrictions, upgrades, backups. */
@Tag("slow")
class InstalledServerE2E {
    private static final Pattern EXPOSURE = Pattern.compile("exposure level for \\S+: (\\d+\\.\\d)");
    private static final String GET = """
        import sys, urllib.request
        request = urllib.request.Request("http://127.0.0.1:8000/", headers={"Host": sys.argv[1] + ".localhost:8000"})
        print(urllib.request.urlopen(request, timeout=20).read().decode())
        """;
    private static final String APP = """
        import http.server, os
        class Pid(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(open("/proc/self/stat").read().split()[21].encode())
        http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Pid).serve_forever()
        """;

    private static final String PROGRAMS = """
        import os, pwd
        uid = pwd.getpwnam("backendim").pw_uid
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if os.path.exists("/proc/" + pid) and os.stat("/proc/" + pid).st_uid == uid:
                print(open("/proc/" + pid + "/cmdline").read().replace("\\0", " "))
        """;

    private static BareMachine machine;

    @BeforeAll
    static void installOnce() throws IOException {
        machine = BareMachine.make();
        machine.boot();
        Ran installed = machine.install("--no-k3s").ok();
        assertThat(installed.out()).contains("caches for a quick start").doesNotContain("could not be made");
        machine.run(
                        "backendim",
                        "login",
                        "--server",
                        "http://127.0.0.1:8080",
                        "--key-file",
                        "/var/lib/backendim/admin.key")
                .ok();
    }

    @AfterAll
    static void removeMachine() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void anAppInItsSandboxServesOnWhileTheServiceRestarts() throws IOException {
        deploy("steady");
        String started = app("steady");

        machine.run("systemctl", "restart", "backendim").ok();

        assertThat(app("steady")).as("start time of the app's process").isEqualTo(started);
        assertThat(machine.run("journalctl", "-u", "backendim", "--no-pager")
                        .ok()
                        .out())
                .contains("sandbox  bubblewrap in a user namespace");
        assertThat(machine.files())
                .anyMatch(line -> line.matches("\\./opt/backendim/versions/\\w+/backendim-serve\\.aot .*"));
    }

    @Test
    void theUnitsAreSoundAndCloseToWhatAServiceMayNotDo() throws IOException {
        machine.run(
                        "systemd-analyze",
                        "verify",
                        "/etc/systemd/system/backendim.service",
                        "/etc/systemd/system/backendim-backup.service",
                        "/etc/systemd/system/backendim-backup.timer")
                .ok();
        assertThat(exposure("backendim.service")).as("with local.conf").isLessThanOrEqualTo(2.5);
        assertThat(exposure("backendim-backup.service")).isLessThanOrEqualTo(2.5);

        String local = machine.read("/etc/systemd/system/backendim.service.d/local.conf");
        Files.delete(machine.path("/etc/systemd/system/backendim.service.d/local.conf"));
        try {
            machine.run("systemctl", "daemon-reload").ok();
            assertThat(exposure("backendim.service")).as("for Kubernetes").isLessThanOrEqualTo(2.5);
            machine.run("systemctl", "restart", "backendim").ok();
        } finally {
            Files.writeString(machine.path("/etc/systemd/system/backendim.service.d/local.conf"), local);
            machine.run("systemctl", "daemon-reload").ok();
            machine.run("systemctl", "restart", "backendim").ok();
        }
    }

    private static double exposure(String unit) {
        String said =
                machine.run("systemd-analyze", "security", "--no-pager", unit).out();
        Matcher matcher = EXPOSURE.matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void anUpgradeKeepsTheDataAndOneThatIsNotReadyGoesBackByItself() throws IOException {
        deploy("kept");
        String before = inUse();
        bundle("VERSION", "1.2.4\n");

        assertThat(machine.install("--upgrade", "--no-caches").ok().out())
                .contains("backup of the server's own data: /var/backups/backendim/before-", "Upgraded.");
        String upgraded = inUse();
        assertThat(upgraded).isNotEqualTo(before);
        assertThat(app("kept")).isNotEmpty();

        String launcher = machine.read("/bundle/backendim");
        bundle("backendim", "#!/bin/sh\nrm -rf /var/lib/backendim/db\necho 'this version is broken' >&2\nexit 1\n");
        Ran failed = machine.install("--upgrade", "--no-caches").exits(1);
        bundle("backendim", launcher);

        assertThat(failed.err())
                .contains(
                        "this version is broken", "went back to " + upgraded, "data are those from before the upgrade");
        assertThat(inUse()).isEqualTo(upgraded);
        assertThat(machine.run("systemctl", "is-active", "backendim").out()).startsWith("active");
        assertThat(machine.run("backendim", "releases", "-p", "kept").ok().out())
                .contains("v1");
        assertThat(app("kept")).isNotEmpty();
    }

    @Test
    void aBackupThatIsUnpackedIsAServerAgain() throws IOException {
        deploy("saved");
        machine.run("systemctl", "start", "backendim-backup.service").ok();
        String archive = machine.run("sh", "-c", "ls -1 /var/backups/backendim/backendim-*.tar.gz | tail -1")
                .ok()
                .out()
                .strip();
        machine.run("backendim", "destroy", "-p", "saved", "--confirm", "saved").ok();

        // As docs/operations.md says it.
        machine.run("systemctl", "stop", "backendim").ok();
        endApps();
        machine.run("mv", "/var/lib/backendim", "/var/lib/backendim.broken").ok();
        machine.run("install", "-d", "-m", "0700", "-o", "backendim", "-g", "backendim", "/var/lib/backendim")
                .ok();
        machine.run("tar", "-xzpf", archive, "-C", "/var/lib/backendim").ok();
        machine.run("systemctl", "start", "backendim").ok();
        machine.run("/opt/backendim/await", "readyz", "60").ok();

        assertThat(machine.run("backendim", "releases", "-p", "saved").ok().out())
                .contains("v1");
        machine.run("backendim", "start", "-p", "saved");
        assertThat(app("saved")).isNotEmpty();
    }

    @Test
    void anUninstallEndsTheAppsTooAndTheDataServeAgainAfterwards() throws IOException {
        deploy("lasting");
        assertThat(programs()).contains("app.py");

        machine.run("/opt/backendim/install.sh", "--uninstall").ok();

        assertThat(programs()).isEmpty();
        machine.install("--no-k3s", "--no-caches").ok();
        assertThat(app("lasting")).isNotEmpty();
    }

    /** The command lines of all that runs as the server's user. */
    private static String programs() {
        return machine.run("python3", "-c", PROGRAMS).ok().out().strip();
    }

    private static void endApps() {
        machine.run("python3", "-c", PROGRAMS + "        os.kill(int(pid), 9)\n")
                .ok();
    }

    private static String inUse() {
        return machine.run("readlink", "/usr/local/bin/backendim")
                .ok()
                .out()
                .strip()
                .replaceAll("/backendim$", "");
    }

    private static void bundle(String name, String text) throws IOException {
        Files.writeString(machine.path("/bundle/" + name), text);
        machine.sum(name);
    }

    private static void deploy(String name) throws IOException {
        Folders.write(machine.path("/root/" + name + "/app.py"), APP);
        Folders.write(
                machine.path("/root/" + name + "/backend.yml"),
                "name: " + name + "\nruntime: python\nentrypoint: python3 app.py\n");
        machine.run("backendim", "deploy", "--dir", "/root/" + name).ok();
    }

    private static String app(String name) {
        return machine.run("python3", "-c", GET, name).ok().out().strip();
    }
}
