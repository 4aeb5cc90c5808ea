package im.backend.host.limit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The control groups that this server may make, version 2 or 1, chosen per controller because hybrid hosts are real.
 * Groups are made only below the server's own one, so that an outer limit keeps holding; a hierarchy counts only when
 * making, limiting and removing a group works.
 */
public final class ControlGroups {
    private static final System.Logger LOG = System.getLogger(ControlGroups.class.getName());
    private static final Path OWN_GROUPS = Path.of("/proc/self/cgroup");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final String VERSION_2 = "cgroup2";
    /** Where the server itself is, beside its programs' groups; also a service's DelegateSubgroup=. */
    private static final String LEAF = "backendim-server";

    public enum Controller {
        MEMORY,
        CPU,
        PIDS;

        public String kernelName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param folder below the server's own group, holds one group per program */
    record Hierarchy(Path folder, boolean version2) {}

    private final Map<Controller, Hierarchy> byController;

    private ControlGroups(Map<Controller, Hierarchy> byController) {
        this.byController = byController;
    }

    public static ControlGroups none() {
        return new ControlGroups(Map.of());
    }

    /** @param name of the folder that holds this server's groups */
    public static ControlGroups find(String name) {
        Map<Controller, Hierarchy> found = new EnumMap<>(Controller.class);
        try {
            List<String> own = Files.readAllLines(OWN_GROUPS);
            List<String> mounts = Files.readAllLines(MOUNTS);
            for (Controller controller : Controller.values()) {
                version2(own, mounts, controller, name)
                        .or(() -> version1(own, mounts, controller, name))
                        .ifPresent(hierarchy -> found.put(controller, hierarchy));
            }
        } catch (IOException noProc) {
            LOG.log(System.Logger.Level.INFO, "no control groups: {0}", noProc.getMessage());
        }
        return new ControlGroups(found);
    }

    public boolean has(Controller controller) {
        return byController.containsKey(controller);
    }

    /** As {@code v1} or {@code v2}; empty when the controller can not be used. */
    public Optional<String> version(Controller controller) {
        return Optional.ofNullable(byController.get(controller)).map(h -> h.version2() ? "v2" : "v1");
    }

    public ControlGroup create(String id, Limits limits) throws IOException {
        Set<Path> folders = new HashSet<>();
        for (Hierarchy hierarchy : byController.values()) {
            folders.add(Files.createDirectories(hierarchy.folder().resolve(id)));
        }
        ControlGroup group = new ControlGroup(List.copyOf(folders));
        group.limit(limits);
        return group;
    }

    /** Groups of earlier programs by the id they were made for. */
    public Map<String, ControlGroup> existing() {
        Map<String, List<Path>> byId = new TreeMap<>();
        for (Path folder :
                byController.values().stream().map(Hierarchy::folder).distinct().toList()) {
            try (Stream<Path> groups = Files.list(folder)) {
                groups.filter(Files::isDirectory)
                        .forEach(group -> byId.computeIfAbsent(
                                        group.getFileName().toString(), id -> new ArrayList<>())
                                .add(group));
            } catch (IOException removedMeanwhile) {
                LOG.log(System.Logger.Level.DEBUG, "control group folder {0} is gone", folder);
            }
        }
        Map<String, ControlGroup> found = new TreeMap<>();
        byId.forEach((id, folders) -> found.put(id, new ControlGroup(folders)));
        return found;
    }

    /** The kernel refuses it as long as there is a program. */
    public void removeUnused() {
        for (Hierarchy hierarchy : byController.values()) {
            try {
                Files.deleteIfExists(hierarchy.folder());
            } catch (IOException inUse) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is in use", hierarchy.folder());
            }
        }
    }

    private static Optional<Hierarchy> version1(
            List<String> own, List<String> mounts, Controller controller, String name) {
        return own.stream()
                .map(line -> line.split(":", 3))
                .filter(parts -> Arrays.asList(parts[1].split(",")).contains(controller.kernelName()))
                .findFirst()
                .flatMap(parts -> folderOf(mounts, "cgroup", controller.kernelName(), parts[2]))
                .map(folder -> new Hierarchy(folder.resolve(name), false))
                .filter(hierarchy -> works(hierarchy, controller));
    }

    private static Optional<Hierarchy> version2(
            List<String> own, List<String> mounts, Controller controller, String name) {
        return own.stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .flatMap(line -> folderOf(mounts, VERSION_2, "", withoutLeaf(line.substring("0::".length()))))
                .filter(folder -> delegates(folder, controller))
                .map(folder -> new Hierarchy(folder.resolve(name), true))
                .filter(hierarchy -> works(hierarchy, controller));
    }

    /** Line of mountinfo: id parent major:minor root mountpoint options [fields] - type source superOptions. */
    private static Optional<Path> folderOf(List<String> mounts, String type, String controller, String group) {
        for (String line : mounts) {
            String[] sides = line.split(" - ", 2);
            String[] left = sides[0].split(" ");
            String[] right = sides[1].split(" ");
            boolean wanted = right[0].equals(type)
                    && (controller.isEmpty()
                            || Arrays.asList(right[2].split(",")).contains(controller));
            if (wanted) {
                String root = left[3].equals("/") ? "" : left[3];
                String below = group.startsWith(root) ? group.substring(root.length()) : group;
                return Optional.of(Path.of(left[4] + below)).filter(Files::isDirectory);
            }
        }
        return Optional.empty();
    }

    /**
     * Version 2 hands a controller down only from a group without processes, so the server moves itself into a leaf when
     * it is alone in its group (a service with Delegate=yes).
     */
    private static boolean delegates(Path own, Controller controller) {
        try {
            if (!hasWord(own.resolve("cgroup.controllers"), controller.kernelName())) {
                return false;
            }
            if (enable(own, controller)) {
                return true;
            }
            Path leaf = Files.createDirectories(own.resolve(LEAF));
            Files.writeString(
                    leaf.resolve("cgroup.procs"),
                    Long.toString(ProcessHandle.current().pid()));
            if (enable(own, controller)) {
                return true;
            }
            Files.writeString(
                    own.resolve("cgroup.procs"),
                    Long.toString(ProcessHandle.current().pid()));
            Files.delete(leaf);
            return false;
        } catch (IOException notOurs) {
            return false;
        }
    }

    /** A server that was born in the leaf, as the next one of a service is, makes its groups beside it. */
    static String withoutLeaf(String group) {
        String ending = "/" + LEAF;
        return group.endsWith(ending) ? group.substring(0, group.length() - ending.length()) : group;
    }

    private static boolean enable(Path group, Controller controller) {
        Path control = group.resolve("cgroup.subtree_control");
        try {
            if (!hasWord(control, controller.kernelName())) {
                Files.writeString(control, "+" + controller.kernelName());
            }
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static boolean hasWord(Path file, String word) throws IOException {
        return Arrays.asList(Files.readString(file).strip().split(" ")).contains(word);
    }

    private static boolean works(Hierarchy hierarchy, Controller controller) {
        try {
            Files.createDirectories(hierarchy.folder());
            if (hierarchy.version2() && !enable(hierarchy.folder(), controller)) {
                return false;
            }
            Path probe = Files.createDirectories(hierarchy
                    .folder()
                    .resolve("probe-" + ProcessHandle.current().pid()));
            try {
                return new ControlGroup(List.of(probe)).canLimit(controller);
            } finally {
                Files.delete(probe);
            }
        } catch (IOException refused) {
            return false;
        }
    }
}
