package im.backend.e2e;

import static org.awaitility.Awaitility.await;

import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A Debian of its own in a folder, as debootstrap makes it, with the bundle of this build in {@code /bundle}. It can be
 * booted: its systemd then runs in namespaces, apart from this machine. The Debian is kept in the user's cache.
 */
final class BareMachine implements AutoCloseable {
    private static final Duration MAKING_MAX = Duration.ofMinutes(8);
    private static final Duration COMMAND_MAX = Duration.ofMinutes(3);
    private static final Path SCRIPTS = Path.of("src/test/machine").toAbsolutePath();
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "backendim-test");
    /** What comes and goes by itself. */
    private static final List<String> NOT_COMPARED =
            List.of("./proc/*", "./sys/*", "./dev/*", "./run/*", "./tmp/*", "./bundle/*", "./var/log/*");

    private final Path root;
    private long systemd;
    private Process machine;

    private BareMachine(Path root) {
        this.root = root;
    }

    /** Skips the test where a Debian can not be made or entered. */
    static BareMachine make() throws IOException {
        Assumptions.assumeTrue(System.getProperty("user.name").equals("root"), "debootstrap and chroot need root");
        Assumptions.assumeTrue(
                Programs.present("debootstrap", "unshare", "nsenter", "ip"),
                "debootstrap, util-linux and iproute2 are needed (apt install debootstrap util-linux iproute2)");
        Path archive = debian();
        Path root = Files.createTempDirectory("backendim-machine");
        here("tar", "-C", root.toString(), "-xf", archive.toString());
        BareMachine machine = new BareMachine(root);
        Ran entered = machine.run("true");
        if (entered.exit() != 0) {
            machine.close();
            Assumptions.abort("namespaces can not be made here: " + entered.err());
        }
        machine.addBundle();
        return machine;
    }

    private static Path debian() throws IOException {
        String suite = Ran.run(
                        Path.of("/"),
                        Map.of(),
                        COMMAND_MAX,
                        List.of("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"))
                .ok()
                .out()
                .strip();
        Path archive = CACHE.resolve("machine-" + suite + ".tar");
        if (!Files.exists(archive)) {
            Files.createDirectories(CACHE);
            Path made = Files.createTempDirectory(CACHE, "making");
            try {
                Path root = made.resolve("root");
                here(
                        "debootstrap",
                        "--variant=minbase",
                        "--include=systemd,systemd-sysv,dbus,bubblewrap,python3",
                        suite,
                        root.toString());
                Path tar = made.resolve("root.tar");
                here(
                        "tar",
                        "-C",
                        root.toString(),
                        "--exclude=./var/cache/apt/*",
                        "--exclude=./var/lib/apt/lists/*",
                        "--exclude=./usr/share/doc/*",
                        "--exclude=./usr/share/locale/*",
                        "-cf",
                        tar.toString(),
                        ".");
                Files.move(tar, archive, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                new FileTree(made).delete();
            }
        }
        return archive;
    }

    private void addBundle() throws IOException {
        Path bundle = root.resolve("bundle");
        String jar = Path.of(System.getProperty("backendim.jar", "target/backendim.jar"))
                .toAbsolutePath()
                .toString();
        here("bash", "src/main/sh/bundle.sh", jar, "1.2.3", bundle.toString());
        Files.copy(jre(), bundle.resolve("jre.tar.gz"));
        sum("jre.tar.gz");
    }

    /** The Java of the tests, as an archive that https://adoptium.net might have. */
    private static Path jre() throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Path archive = CACHE.resolve("jre-" + Runtime.version() + ".tar.gz");
        if (!Files.exists(archive)) {
            Path made = Files.createTempFile(CACHE, "jre", ".partial");
            here(
                    "tar",
                    "-I",
                    "gzip -1",
                    "-C",
                    home.getParent().toString(),
                    "--exclude=src.zip",
                    "--exclude=jmods",
                    "--exclude=man",
                    "--exclude=include",
                    "-cf",
                    made.toString(),
                    home.getFileName().toString());
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        }
        return archive;
    }

    /** Names files of the bundle in its checksums, in place of what was there about them. */
    void sum(String... names) throws IOException {
        Path sums = root.resolve("bundle/SHA256SUMS");
        List<String> lines = new ArrayList<>(Files.readAllLines(sums));
        for (String name : names) {
            lines.removeIf(line -> line.endsWith("  " + name));
            lines.addAll(Ran.run(root.resolve("bundle"), Map.of(), COMMAND_MAX, List.of("sha256sum", name))
                    .ok()
                    .out()
                    .lines()
                    .toList());
        }
        Files.write(sums, lines);
    }

    /** Starts its systemd; skips the test where the kernel does not allow it. */
    void boot() throws IOException {
        machine = new ProcessBuilder(SCRIPTS.resolve("boot.sh").toString(), root.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("boot.log").toFile())
                .start();
        await("systemd; log: " + root.resolve("boot.log"))
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !machine.isAlive() || isUp());
        Assumptions.assumeTrue(
                machine.isAlive(),
                () -> "systemd can not be the first process of a namespace here: " + read(root.resolve("boot.log")));
    }

    private boolean isUp() {
        systemd = machine.toHandle()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("/systemd"))
                .map(ProcessHandle::pid)
                .findFirst()
                .orElse(0L);
        return systemd != 0
                && List.of("running", "degraded")
                        .contains(run("systemctl", "is-system-running").out().strip());
    }

    /** On the machine, as root. */
    Ran run(String... command) {
        List<String> whole = new ArrayList<>();
        if (systemd == 0) {
            whole.addAll(List.of(SCRIPTS.resolve("enter.sh").toString(), root.toString()));
        } else {
            whole.addAll(List.of("nsenter", "--target", Long.toString(systemd), "--mount", "--net", "--pid", "--uts"));
            whole.addAll(List.of("--ipc", "--cgroup", "--root", "--wd", "env", "-i", "HOME=/root"));
            whole.add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        }
        whole.addAll(List.of(command));
        return Ran.run(Path.of("/"), Map.of(), COMMAND_MAX, whole);
    }

    Ran install(String... options) {
        List<String> command = new ArrayList<>(List.of("/bundle/install.sh", "--offline", "/bundle"));
        command.addAll(List.of(options));
        return run(command.toArray(String[]::new));
    }

    /** Every file with kind, rights, owner, and size or target; not those that come and go by themselves. */
    TreeSet<String> files() {
        List<String> command = new ArrayList<>(List.of("find", "."));
        NOT_COMPARED.forEach(path -> command.addAll(List.of("!", "-path", path)));
        // A folder's size is the file system's own business.
        command.addAll(
                List.of("(", "-type", "d", "-printf", "%p %y %m %U\n", "-o", "-printf", "%p %y %m %U %s %l\n", ")"));
        return new TreeSet<>(
                Ran.run(root, Map.of(), COMMAND_MAX, command).ok().out().lines().toList());
    }

    Path path(String inside) {
        return root.resolve(inside.substring(1));
    }

    String read(String inside) {
        return read(path(inside));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException absent) {
            return "";
        }
    }

    private static void here(String... command) {
        Ran.run(Path.of("").toAbsolutePath(), Map.of(), MAKING_MAX, List.of(command))
                .ok();
    }

    /** All that runs on it ends with its first process. */
    @Override
    public void close() throws IOException {
        if (machine != null) {
            try (Stream<ProcessHandle> children = machine.toHandle().children()) {
                children.forEach(ProcessHandle::destroyForcibly);
            }
            machine.destroyForcibly();
            await("the machine's end").atMost(Duration.ofSeconds(20)).until(() -> !machine.isAlive());
        }
        new FileTree(root).delete();
    }
}
