package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** install.sh on bare machines that are not running: what it does to their files, and what it refuses to do. */
@Tag("slow")
class InstallE2E {
    private BareMachine machine;

    @BeforeEach
    void makeMachine() throws IOException {
        machine = BareMachine.make();
    }

    @AfterEach
    void removeMachine() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void aSecondRunChangesNothingAndAnUninstallLeavesOnlyTheDataThatItNames() {
        TreeSet<String> bare = machine.files();

        assertThat(machine.install("--no-k3s", "--domain", "apps.example.com", "--dry-run")
                        .ok()
                        .out())
                .contains("would run: useradd", "domain: apps.example.com");
        assertThat(changed(bare)).as("by a dry run").isEmpty();

        Ran first = machine.install("--no-k3s", "--no-caches", "--domain", "apps.example.com")
                .ok();
        TreeSet<String> installed = machine.files();
        assertThat(first.out())
                .contains(
                        "http://127.0.0.1:8080",
                        "http://{app}.apps.example.com:8000",
                        "--key-file /var/lib/backendim/admin.key",
                        "Firewall: open 8000");
        assertThat(installed)
                .contains("./var/lib/backendim d 700 " + account())
                .anyMatch(line -> line.startsWith("./etc/systemd/system/multi-user.target.wants/backendim.service l"));
        assertThat(machine.run("backendim", "version").ok().out()).startsWith("backendim ");
        assertThat(machine.run("backendim", "serve", "--print-config").ok().out())
                .contains("apps.domain = apps.example.com");

        machine.install("--no-k3s", "--no-caches").ok();
        assertThat(changed(installed)).as("by the second run").isEmpty();

        Ran removed = machine.run("/opt/backendim/install.sh", "--uninstall").ok();
        TreeSet<String> left = machine.files();
        left.removeAll(bare);
        assertThat(removed.out()).contains("/var/lib/backendim", "/var/backups/backendim", "/etc/backendim");
        assertThat(left)
                .allMatch(line -> line.matches("\\./(var/lib|var/backups|etc)/backendim[ /].*") || isAccountFile(line));

        assertThat(machine.run("/bundle/install.sh", "--uninstall", "--purge")
                        .exits(1)
                        .err())
                .contains("not confirmed", "--confirm ");
        String name = machine.run("hostname").ok().out().strip();
        machine.run("/bundle/install.sh", "--uninstall", "--purge", "--confirm", name)
                .ok();
        left = machine.files();
        left.removeAll(bare);
        assertThat(left).allMatch(InstallE2E::isAccountFile);
    }

    /** What came, went or changed since. */
    private List<String> changed(Set<String> before) {
        Set<String> after = machine.files();
        return Stream.concat(
                        before.stream().filter(line -> !after.contains(line)).map(line -> "- " + line),
                        after.stream().filter(line -> !before.contains(line)).map(line -> "+ " + line))
                .toList();
    }

    private String account() {
        return machine.run("id", "-u", "backendim").ok().out().strip();
    }

    /** Where useradd and userdel keep their lists and the versions before. */
    private static boolean isAccountFile(String line) {
        return line.matches("\\./etc/(passwd|shadow|group|gshadow|subuid|subgid)-? .*")
                || line.startsWith("./boot.log");
    }

    @Test
    void whatCanNotWorkIsRefusedBeforeAnythingIsChanged() throws IOException {
        TreeSet<String> bare = machine.files();

        Files.writeString(machine.path("/bundle/await"), "#!/bin/sh\necho changed\n");
        assertThat(machine.install("--no-k3s").exits(1).err())
                .contains("nothing was changed", "/bundle/await is not the file that SHA256SUMS names");
        machine.sum("await");
        assertThat(machine.install("--no-k3s", "--domain", "Not A Domain")
                        .exits(1)
                        .err())
                .contains("expected: a domain in lower case");
        assertThat(machine.install("--upgrade").exits(1).err()).contains("nothing is installed");
        assertThat(machine.install().exits(1).err()).contains("/bundle/k3s is missing", "Without K3s: --no-k3s");
        assertThat(machine.run(
                                "python3",
                                "-c",
                                "import socket, subprocess, sys\n"
                                        + "taken = socket.create_server(('127.0.0.1', 8080))\n"
                                        + "sys.exit(subprocess.call(['/bundle/install.sh', '--no-k3s']))")
                        .exits(1)
                        .err())
                .contains("port 8080 is taken by another program");
        assertThat(machine.run("setpriv", "--reuid=65534", "/bundle/install.sh", "--no-k3s")
                        .exits(1)
                        .err())
                .contains("this needs root");
        Files.delete(machine.path("/bundle/jre.tar.gz"));
        assertThat(machine.install("--no-k3s").exits(1).err()).contains("jre.tar.gz");
        assertThat(changed(bare)).isEmpty();

        Path release = machine.path("/etc/os-release");
        String text = Files.readString(release);
        Files.delete(release);
        Files.writeString(release, text.replace("ID=debian", "ID=plan9"));
        assertThat(machine.install("--no-k3s").exits(1).err())
                .contains("this machine runs plan9", "expected: Debian 12 or later");
    }

    /** K3s itself is not here: its installer is replaced by one that leaves what the real one does (recorded from its text). */
    @Test
    void theFilesThatTieK3sToTheServerAreWritten() throws IOException {
        Files.writeString(machine.path("/bundle/k3s"), "#!/bin/sh\nexit 0\n");
        Files.writeString(machine.path("/bundle/k3s-airgap-images.tar.zst"), "images\n");
        Files.writeString(machine.path("/bundle/k3s-install.sh"), """
            set -e
            test "$INSTALL_K3S_SKIP_DOWNLOAD" = true
            test -s /etc/rancher/k3s/registries.yaml
            test -x /usr/local/bin/k3s
            test -s /var/lib/rancher/k3s/agent/images/k3s-airgap-images.tar.zst
            umask 077
            echo 'kind: Config' > /etc/rancher/k3s/k3s.yaml
            """);
        Files.writeString(machine.path("/bundle/cert-manager.yaml"), "kind: Namespace\n");
        machine.sum("k3s", "k3s-airgap-images.tar.zst", "k3s-install.sh", "cert-manager.yaml");

        String out = machine.install("--no-caches", "--domain", "apps.example.com", "--email", "you@example.com")
                .ok()
                .out();

        assertThat(out).contains("https://{app}.apps.example.com", "Firewall: open 80 443");
        assertThat(machine.read("/etc/rancher/k3s/registries.yaml"))
                .contains("\"127.0.0.1:8080\":", "http://127.0.0.1:8080");
        assertThat(machine.read("/var/lib/rancher/k3s/server/manifests/cert-manager.yaml"))
                .isEqualTo("kind: Namespace\n");
        assertThat(machine.read("/var/lib/rancher/k3s/server/manifests/backendim-issuer.yaml"))
                .contains("kind: ClusterIssuer", "email: you@example.com", "ingressClassName: traefik");
        assertThat(machine.run("backendim", "serve", "--print-config").ok().out())
                .contains("orchestrator = kubernetes");
        assertThat(machine.files())
                .contains("./etc/backendim/kubeconfig f 640 0 13 ")
                .noneMatch(line -> line.startsWith("./etc/systemd/system/backendim.service.d"));
        assertThat(machine.read("/etc/backendim/backendim.yml"))
                .contains(
                        "orchestrator: kubernetes",
                        "kubeconfig: /etc/backendim/kubeconfig",
                        "cluster-issuer: backendim");
        assertThat(machine.run("/opt/backendim/install.sh", "--uninstall").ok().out())
                .contains("k3s-uninstall.sh");
    }
}
