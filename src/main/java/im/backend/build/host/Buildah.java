package im.backend.build.host;

import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.limit.Limits;
import im.backend.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The host's buildah with a store of its own. It runs in a sandbox that shows it that store and the build's folders, so
 * neither the host's container settings nor anybody's registry passwords are there for it to obey. Safe for several
 * threads.
 */
final class Buildah {
    private static final System.Logger LOG = System.getLogger(Buildah.class.getName());
    private static final String STORE = "/buildah";
    private static final Duration SHORT = Duration.ofMinutes(2);
    /** Stages that no image is made from directly go with a clean-up, and the next build has to run them again. */
    private static final Duration PRUNE_EVERY = Duration.ofDays(1);

    private static final List<String> DRIVERS = List.of("overlay", "vfs");
    /** A name without a registry is one of Docker Hub, as in every tutorial. */
    private static final String REGISTRIES = "unqualified-search-registries = [\"docker.io\"]\n";

    private static final String POLICY = "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n";

    private final Path folder;
    private final Launcher launcher;
    private final HostPrograms programs;
    /** Builds share it; a clean-up has it alone. */
    private final ReadWriteLock store = new ReentrantReadWriteLock();

    /** @param folder of the store, made at first use */
    Buildah(Path folder, Launcher launcher, HostPrograms programs) {
        this.folder = folder;
        this.launcher = launcher;
        this.programs = programs;
    }

    /** To be held while a build uses the store. */
    ReadWriteLock store() {
        return store;
    }

    /**
     * @return the beginning of every command line
     * @throws im.backend.problem.ProblemException {@code builder-missing}
     */
    synchronized List<String> open(String dockerfile) throws IOException, InterruptedException {
        Path program = programs.find("buildah").orElseThrow(() -> missing(dockerfile));
        for (String name : List.of("images", "run", "locks", "network", "settings", "known")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.writeString(folder.resolve("settings/registries.conf"), REGISTRIES);
        Files.writeString(folder.resolve("settings/policy.json"), POLICY);
        return command(program, driver(program));
    }

    private static RuntimeException missing(String dockerfile) {
        return new Problem.StageFailed(
                        "builder-missing",
                        dockerfile + " is built with buildah, which is not installed on this host.",
                        "Install it, as with `apt install buildah` or `dnf install buildah`, and deploy again.",
                        List.of())
                .asException();
    }

    /** What it sees beside what every build sees. */
    List<Bind> binds() {
        List<Bind> binds = new ArrayList<>();
        programs.find("buildah")
                .filter(program -> !program.startsWith("/usr"))
                .ifPresent(program -> binds.add(Bind.same(program, Bind.Access.READ_ONLY)));
        binds.add(Bind.readWrite(folder, STORE));
        binds.add(Bind.readWrite(folder.resolve("settings"), "/etc/containers"));
        binds.add(Bind.readWrite(folder.resolve("locks"), "/run/containers"));
        // Its locks where the host has no netavark, as on a machine that buildah was installed on without its
        // recommends.
        binds.add(Bind.readWrite(folder.resolve("network"), "/run/libpod"));
        binds.add(Bind.readWrite(folder.resolve("known"), "/var/lib/containers"));
        binds.add(Bind.readOnly(Path.of("/sys"), "/sys"));
        return binds;
    }

    private static List<String> command(Path program, String driver) {
        return List.of(
                program.toString(),
                "--root",
                STORE + "/images",
                "--runroot",
                STORE + "/run",
                "--storage-driver",
                driver);
    }

    /** The first one that works on this file system; a store can not change it later. */
    private String driver(Path program) throws IOException, InterruptedException {
        Path chosen = folder.resolve("driver");
        if (Files.exists(chosen)) {
            return Files.readString(chosen).strip();
        }
        List<String> said = new ArrayList<>();
        for (String driver : DRIVERS) {
            List<String> command = new ArrayList<>(command(program, driver));
            command.add("images");
            if (run(command, said).code() == 0) {
                Files.writeString(chosen, driver + "\n");
                return driver;
            }
        }
        throw new Problem.StageFailed(
                        "build-failed",
                        "buildah can not use " + folder + " as its store.",
                        "Give the server's user a range in /etc/subuid and /etc/subgid (unless it is root), or put the"
                                + " data folder on a local file system.",
                        said)
                .asException();
    }

    /** Once a day: removes what killed builds left, and every image that no project's last build is or was made from. */
    void prune() throws IOException, InterruptedException {
        Path pruned = folder.resolve("pruned");
        boolean lately = Files.exists(pruned)
                && Files.getLastModifiedTime(pruned).toMillis() > System.currentTimeMillis() - PRUNE_EVERY.toMillis();
        if (lately
                || !Files.exists(folder.resolve("driver"))
                || programs.find("buildah").isEmpty()) {
            return;
        }
        if (!store.writeLock().tryLock()) {
            return;
        }
        try {
            List<String> command = open("");
            tidy(command, "rm", "--all");
            tidy(command, "rmi", "--prune");
            Files.writeString(pruned, "");
        } finally {
            store.writeLock().unlock();
        }
    }

    /** The next clean-up removes what only this image needed. */
    void remove(String image) throws IOException, InterruptedException {
        if (Files.exists(folder.resolve("driver")) && programs.find("buildah").isPresent()) {
            tidy(open(""), "rmi", image);
        }
    }

    private void tidy(List<String> command, String... arguments) throws InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(arguments));
        List<String> said = new ArrayList<>();
        int code = run(whole, said).code();
        if (code != 0) {
            LOG.log(System.Logger.Level.DEBUG, "buildah " + arguments[0] + " ended with " + code + ": " + said);
        }
    }

    private ProgramExit run(List<String> command, List<String> said) throws InterruptedException {
        Launch launch = new Launch(
                "buildah-" + UUID.randomUUID(),
                command,
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME", "/tmp", "LANG", "C.UTF-8"),
                "/",
                binds(),
                Limits.NONE,
                OptionalInt.empty(),
                Launch.Rights.OF_IMAGE_BUILDER);
        return launcher.run(launch, SHORT, said::add);
    }
}
