package im.backend.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The option list of bubblewrap. Order matters to it, and folders that it makes itself are closed to all but their owner
 * unless {@code --perms} comes right before them, which shows as misleading errors of the program inside.
 */
final class SandboxArguments {
    static final String LOCK_PATH = "/run/backendim/lock";
    private static final List<String> FILES_OF_ETC = List.of(
            "/etc/ld.so.cache",
            "/etc/ssl",
            "/etc/pki",
            "/etc/crypto-policies",
            "/etc/ca-certificates",
            "/etc/nsswitch.conf",
            "/etc/hosts",
            "/etc/localtime",
            "/etc/timezone",
            "/etc/mime.types",
            "/etc/alternatives");
    private static final Path RESOLVER = Path.of("/etc/resolv.conf");

    private final List<String> arguments = new ArrayList<>();
    private final Set<String> made = new HashSet<>(Set.of("/", "/tmp", "/var/tmp"));
    private final Set<String> mounted = new HashSet<>(Set.of("/usr", "/proc", "/dev"));

    /** @param ofUser with one of its own too, in which the program has no way to make further ones */
    SandboxArguments namespaces(boolean ofUser) {
        add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "app");
        if (ofUser) {
            // None of control groups: it would hide a path only, and the service is not granted it (systemd/).
            add("--unshare-user", "--disable-userns");
        } else {
            add("--unshare-cgroup-try");
        }
        return this;
    }

    /** /usr, a fresh /proc, /dev and /tmp, and the files of /etc that name look-up, TLS and time zones need. */
    SandboxArguments system() {
        add("--ro-bind", "/usr", "/usr");
        for (String folder : List.of("bin", "sbin", "lib", "lib64", "lib32")) {
            Path outside = Path.of("/", folder);
            if (Files.isSymbolicLink(outside)) {
                add("--symlink", "usr/" + folder, outside.toString());
            } else if (Files.isDirectory(outside)) {
                add("--ro-bind", outside.toString(), outside.toString());
            }
        }
        add("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp");
        // bubblewrap's own /dev/shm is closed to the program's user: no semaphores, as Python's multiprocessing needs.
        add("--perms", "1777", "--tmpfs", "/dev/shm");
        folder("/run");
        folder("/etc");
        folder("/var");
        add("--perms", "1777", "--tmpfs", "/var/tmp");
        FILES_OF_ETC.forEach(file -> add("--ro-bind-try", file, file));
        javaFolders().forEach(file -> add("--ro-bind-try", file, file));
        add("--ro-bind-try", resolver(), RESOLVER.toString());
        return this;
    }

    /** An image instead of the host's system. What it has to hold as mount points is said by {@link Bind}. */
    SandboxArguments image(Path root) {
        add("--ro-bind", root.toString(), "/", "--proc", "/proc", "--dev", "/dev");
        mounted.add("/");
        for (String folder : List.of("/tmp", "/dev/shm", "/run", "/var/tmp")) {
            add("--perms", "1777", "--tmpfs", folder);
            made.add(folder);
        }
        if (Files.exists(root.resolve("etc/resolv.conf"), LinkOption.NOFOLLOW_LINKS)) {
            add("--ro-bind-try", resolver(), RESOLVER.toString());
        }
        if (Files.exists(root.resolve("etc/hosts"), LinkOption.NOFOLLOW_LINKS)) {
            add("--ro-bind-try", "/etc/hosts", "/etc/hosts");
        }
        return this;
    }

    /** The whole host again, but for a folder that is closed to the program's user. */
    SandboxArguments hostWithout(Set<Path> closed) {
        add("--dev-bind", "/", "/");
        mounted.add("/");
        for (Path folder : closed) {
            add("--perms", "0755", "--tmpfs", folder.toString());
            made.add(folder.toString());
        }
        return this;
    }

    /** Everything that root may do, inside. */
    SandboxArguments allCapabilities() {
        add("--cap-add", "ALL");
        return this;
    }

    /** Seen by the program, and not by those that make its sandbox. */
    SandboxArguments environment(Map<String, String> entries) {
        entries.forEach((name, value) -> add("--setenv", name, value));
        return this;
    }

    SandboxArguments account(Path passwd, Path group) {
        add("--ro-bind", passwd.toString(), "/etc/passwd", "--ro-bind", group.toString(), "/etc/group");
        return this;
    }

    /** Held as long as anything of the sandbox lives; a server that comes later sees it with {@code tryLock}. */
    SandboxArguments lock(Path file) {
        folder("/run/backendim");
        add("--ro-bind", file.toString(), LOCK_PATH, "--lock-file", LOCK_PATH);
        return this;
    }

    SandboxArguments binds(List<Bind> binds) {
        for (Bind bind : binds) {
            if (bind.isRoot()) {
                continue;
            }
            boolean writable = bind.access() == Bind.Access.READ_WRITE;
            boolean thereAlready = !writable
                    && bind.path().startsWith("/usr/")
                    && bind.folder().toString().equals(bind.path());
            if (!thereAlready) {
                foldersAbove(bind.path());
                add(writable ? "--bind" : "--ro-bind", bind.folder().toString(), bind.path());
                mounted.add(bind.path());
            }
        }
        return this;
    }

    List<String> end(String workingFolder) {
        add("--remount-ro", "/", "--chdir", workingFolder);
        return arguments();
    }

    List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** Parents inside another bind are its own business. */
    private void foldersAbove(String path) {
        Path parent = Path.of(path).getParent();
        List<Path> missing = new ArrayList<>();
        while (parent != null && !made.contains(parent.toString()) && !mounted.contains(parent.toString())) {
            missing.addFirst(parent);
            parent = parent.getParent();
        }
        if (parent == null || (made.contains(parent.toString()) && !mounted.contains(parent.toString()))) {
            missing.forEach(folder -> folder(folder.toString()));
        }
    }

    private void folder(String path) {
        if (made.add(path)) {
            add("--perms", "0755", "--dir", path);
        }
    }

    private void add(String... options) {
        arguments.addAll(Arrays.asList(options));
    }

    /** Debian keeps a JDK's java.security there: without it every TLS call of an app fails. */
    private static List<String> javaFolders() {
        try (Stream<Path> files = Files.list(Path.of("/etc"))) {
            return files.map(Path::toString)
                    .filter(name -> name.startsWith("/etc/java-"))
                    .sorted()
                    .toList();
        } catch (IOException noEtc) {
            return List.of();
        }
    }

    private static String resolver() {
        try {
            return RESOLVER.toRealPath().toString();
        } catch (IOException absent) {
            return RESOLVER.toString();
        }
    }
}
