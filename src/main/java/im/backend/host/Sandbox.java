package im.backend.host;

import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.limit.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Wraps an argument list so that it runs apart from the host. Which way works here is found by one real run at start:
 * sysctls, container filters and AppArmor forbid it in too many ways to guess.
 */
final class Sandbox {
    private static final int NOBODY = 65534;
    private static final long PROBE_SECONDS = 10;
    private static final List<String> DROP_PRIVILEGES =
            List.of("--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all");

    private final Path folder;
    private final Optional<Path> bubblewrap;
    private final Optional<Path> setpriv;
    private final Account server;
    private boolean userNamespaceWorks;
    private boolean rootNamespaceWorks;
    private boolean imagesWork;
    private String reason = "";

    /** @param folder for the passwd and group files that programs see */
    Sandbox(Path folder) {
        this.folder = folder;
        this.bubblewrap = SystemProgram.find("bwrap");
        this.setpriv = SystemProgram.find("setpriv");
        this.server = Account.own();
    }

    void detect() throws IOException {
        if (bubblewrap.isEmpty()) {
            reason = "bubblewrap (bwrap) is not installed";
            return;
        }
        Account account = server.isRoot() ? new Account(NOBODY) : server;
        Launch probe = new Launch(
                "probe", List.of("/usr/bin/true"), Map.of(), "/", List.of(), Limits.NONE, OptionalInt.empty());
        userNamespaceWorks = tryRun(wrap(SandboxKind.USER_NAMESPACE, probe, account, Optional.empty(), false));
        if (server.isRoot()) {
            rootNamespaceWorks = tryRun(wrap(SandboxKind.ROOT_NAMESPACE, probe, account, Optional.empty(), false));
        }
        imagesWork = userNamespaceWorks
                || tryRun(wrap(SandboxKind.USER_NAMESPACE, imageProbe(), account, Optional.empty(), false));
        if (userNamespaceWorks || rootNamespaceWorks) {
            reason = "";
        }
    }

    /** The host itself as an image: what else may stand in the way, as a data folder in a closed home, is no matter then. */
    private static Launch imageProbe() {
        return new Launch(
                "probe",
                List.of("/usr/bin/true"),
                Map.of(),
                "/",
                List.of(Bind.readOnly(Path.of("/"), Bind.ROOT)),
                Limits.NONE,
                OptionalInt.empty());
    }

    SandboxKind kind() {
        if (userNamespaceWorks) {
            return SandboxKind.USER_NAMESPACE;
        }
        return rootNamespaceWorks ? SandboxKind.ROOT_NAMESPACE : SandboxKind.NONE;
    }

    /** Why there is no sandbox; empty when there is one. */
    String reason() {
        return reason;
    }

    void switchOff() {
        reason = "switched off by configuration";
    }

    Account accountFor(Launch launch) {
        return server.isRoot() ? new Account(launch.account().orElse(0)) : server;
    }

    /** A user namespace needs every bound folder to be within reach of the program's user: a 0700 home is not. */
    SandboxKind kindFor(Launch launch) {
        if (launch.rights() == Launch.Rights.OF_IMAGE_BUILDER) {
            boolean works = server.isRoot() ? rootNamespaceWorks : userNamespaceWorks;
            return !works
                    ? SandboxKind.NONE
                    : server.isRoot() ? SandboxKind.ROOT_NAMESPACE : SandboxKind.USER_NAMESPACE;
        }
        if (launch.root().isPresent()) {
            // The programs that drop root's privileges inside are not in the image, so it has to be done before.
            return imagesWork ? SandboxKind.USER_NAMESPACE : SandboxKind.NONE;
        }
        Account account = accountFor(launch);
        boolean reachable = !server.isRoot()
                || (!account.isRoot()
                        && account.canReach(folder.resolve("accounts"))
                        && launch.binds().stream().allMatch(bind -> account.canReach(bind.folder())));
        if (userNamespaceWorks && reachable) {
            return SandboxKind.USER_NAMESPACE;
        }
        return rootNamespaceWorks ? SandboxKind.ROOT_NAMESPACE : SandboxKind.NONE;
    }

    /**
     * @param lock held by the sandbox while it lives
     * @param reportStatus writes {@link StatusLine}s to descriptor 3, which the start gate opens
     */
    List<String> wrap(SandboxKind kind, Launch launch, Account account, Optional<Path> lock, boolean reportStatus)
            throws IOException {
        if (launch.rights() == Launch.Rights.OF_IMAGE_BUILDER && kind != SandboxKind.NONE) {
            return concat(
                    ownerOfManyUsers(), bubblewrap(false, launch, account, lock, reportStatus), launch.arguments());
        }
        return switch (kind) {
            case NONE -> concat(identity(account), launch.arguments());
            case USER_NAMESPACE ->
                concat(
                        unveiled(launch, account, lock),
                        identity(account),
                        bubblewrap(true, launch, account, lock, reportStatus),
                        launch.arguments());
            case ROOT_NAMESPACE ->
                concat(bubblewrap(false, launch, account, lock, reportStatus), identity(account), launch.arguments());
        };
    }

    private List<String> bubblewrap(
            boolean userNamespace, Launch launch, Account account, Optional<Path> lock, boolean reportStatus)
            throws IOException {
        SandboxArguments options = new SandboxArguments().namespaces(userNamespace);
        Optional<Bind> root = launch.root();
        if (root.isPresent()) {
            options.image(root.get().folder()).environment(launch.innerEnvironment());
        } else {
            Path files = accountFiles(account);
            options.system().account(files.resolve("passwd"), files.resolve("group"));
        }
        if (launch.rights() == Launch.Rights.OF_IMAGE_BUILDER) {
            options.allCapabilities();
        }
        lock.ifPresent(options::lock);
        List<String> wrapped = new ArrayList<>();
        wrapped.add(bubblewrap.orElseThrow().toString());
        wrapped.addAll(options.binds(launch.binds()).end(launch.folder()));
        if (reportStatus) {
            wrapped.addAll(List.of("--json-status-fd", "3"));
        }
        wrapped.add("--");
        return wrapped;
    }

    /**
     * An image lies in the server's data folder, which a home folder often closes to the image's user. A view of the host in
     * which nothing is in that folder but what the launch binds lets the user pass.
     */
    private List<String> unveiled(Launch launch, Account account, Optional<Path> lock) throws IOException {
        if (!server.isRoot() || launch.root().isEmpty()) {
            return List.of();
        }
        Set<Path> closed = new TreeSet<>();
        List<Bind> needed = new ArrayList<>();
        List<Bind> wanted = new ArrayList<>(launch.binds());
        lock.ifPresent(file -> wanted.add(Bind.same(file, Bind.Access.READ_WRITE)));
        for (Bind bind : wanted) {
            Path real = bind.folder().toRealPath();
            Optional<Path> folder = account.outermostClosedFolder(real);
            if (folder.isPresent()) {
                closed.add(folder.get());
                needed.add(Bind.same(real, Bind.Access.READ_WRITE));
            }
        }
        if (closed.isEmpty()) {
            return List.of();
        }
        List<String> command = new ArrayList<>();
        command.add(bubblewrap.orElseThrow().toString());
        command.addAll(new SandboxArguments().hostWithout(closed).binds(needed).arguments());
        command.add("--");
        return command;
    }

    /**
     * Root already is. Without it, a user namespace with the users that /etc/subuid gives the server, as images have files of
     * several users.
     */
    private List<String> ownerOfManyUsers() {
        if (server.isRoot()) {
            return List.of();
        }
        String unshare = SystemProgram.find("unshare")
                .orElseThrow(() -> new IllegalStateException("unshare is not installed (expected: util-linux)"))
                .toString();
        return List.of(unshare, "--user", "--map-root-user", "--map-auto", "--");
    }

    /** A root server never runs a program with its own rights, but for a builder of images, which it starts in a sandbox. */
    private List<String> identity(Account account) {
        if (!server.isRoot()) {
            return List.of();
        }
        List<String> options = new ArrayList<>();
        options.add(setpriv.orElseThrow(() -> new IllegalStateException(
                        "setpriv is not installed (expected: the package util-linux, when the server runs as root)"))
                .toString());
        String uid = Integer.toString(account.uid());
        options.addAll(List.of("--reuid", uid, "--regid", uid, "--clear-groups"));
        options.addAll(DROP_PRIVILEGES);
        options.add("--");
        return options;
    }

    private Path accountFiles(Account account) throws IOException {
        Path files = folder.resolve("accounts").resolve(Integer.toString(account.uid()));
        if (!Files.exists(files.resolve("group"))) {
            Files.createDirectories(files);
            int uid = account.uid();
            Files.writeString(
                    files.resolve("passwd"),
                    "root:x:0:0:root:/root:/bin/sh\napp:x:" + uid + ":" + uid + ":app:/tmp:/bin/sh\n");
            Files.writeString(files.resolve("group"), "root:x:0:\napp:x:" + uid + ":\n");
        }
        return files;
    }

    private boolean tryRun(List<String> command) throws IOException {
        java.lang.Process probe = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        try {
            String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0) {
                return true;
            }
            reason = said.lines().findFirst().orElse("bwrap ends with an error and says nothing");
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            probe.destroyForcibly();
        }
    }

    @SafeVarargs
    private static List<String> concat(List<String>... lists) {
        List<String> all = new ArrayList<>();
        for (List<String> list : lists) {
            all.addAll(list);
        }
        return all;
    }
}
