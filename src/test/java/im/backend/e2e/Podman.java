package im.backend.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** podman with a store of its own, and limits that may be set where this runs. */
final class Podman {
    private final Path folder;
    private final boolean overlay;

    private Podman(Path folder, boolean overlay) {
        this.folder = folder;
        this.overlay = overlay;
    }

    /** @param overlay without it each layer is a copy of all below, which takes a minute */
    static Podman in(Path folder, boolean overlay) throws IOException {
        Files.writeString(
                folder.resolve("containers.conf"),
                "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n");
        return new Podman(folder, overlay);
    }

    Ran run(String... words) {
        List<String> command = new ArrayList<>(List.of(
                "podman",
                "--root",
                folder.resolve("store").toString(),
                "--runroot",
                folder.resolve("run").toString(),
                "--storage-driver",
                overlay ? "overlay" : "vfs",
                "--runtime",
                "runc",
                "--cgroup-manager",
                "cgroupfs"));
        command.addAll(List.of(words));
        return Ran.run(
                folder,
                Map.of("CONTAINERS_CONF", folder.resolve("containers.conf").toString()),
                Duration.ofMinutes(2),
                command);
    }

    /** Whether this machine's kernel lays file systems over each other below the folder. */
    static boolean overlayWorks(Path folder) throws IOException {
        Path probe = Files.createDirectories(folder.resolve("overlay"));
        for (String part : List.of("lower", "upper", "work", "merged")) {
            Files.createDirectories(probe.resolve(part));
        }
        String options = "lowerdir=%1$s/lower,upperdir=%1$s/upper,workdir=%1$s/work".formatted(probe);
        String merged = probe.resolve("merged").toString();
        boolean works = Ran.run(
                                probe,
                                Map.of(),
                                Duration.ofSeconds(10),
                                List.of("mount", "-t", "overlay", "overlay", "-o", options, merged))
                        .exit()
                == 0;
        if (works) {
            Ran.run(probe, Map.of(), Duration.ofSeconds(10), List.of("umount", merged))
                    .ok();
        }
        return works;
    }
}
