package im.backend.e2e;

import im.backend.domain.Digest;
import im.backend.domain.RuntimeSpec;
import im.backend.file.FileTree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A base image with Debian and its python3 and pip, made by debootstrap as an archive of docker save, so that the tests need no
 * registry of anybody. Making it takes a minute; it is kept in the user's cache for the next run.
 */
public final class PythonImage {
    private static final Duration MAKING_MAX = Duration.ofMinutes(5);
    private static final List<String> LEFT_OUT = List.of(
            "./dev/*",
            "./proc/*",
            "./sys/*",
            "./var/cache/*",
            "./var/lib/apt/lists/*",
            "./usr/share/doc/*",
            "./usr/share/man/*",
            "./usr/share/locale/*");

    private PythonImage() {}

    /** Skips the test where the Python of the base would not be the one that packages were installed for. */
    public static Path archive() throws IOException {
        Assumptions.assumeTrue(
                System.getProperty("user.name").equals("root"), "debootstrap and the engines need root here");
        String wanted = output("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])");
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "backendim-test");
        Path archive = cache.resolve("debian-python" + wanted + "-pip.tar");
        if (!Files.exists(archive)) {
            Assumptions.assumeTrue(Programs.present("debootstrap"), "debootstrap is needed (apt install debootstrap)");
            Files.createDirectories(cache);
            Path made = Files.createTempDirectory(cache, "making");
            try {
                make(made, wanted);
                Files.move(made.resolve("image.tar"), archive, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                new FileTree(made).delete();
            }
        }
        return archive;
    }

    /** As {@code runtime:} has it. */
    public static String reference() {
        return "docker.io/library/python:" + runtime().version() + "-slim";
    }

    public static RuntimeSpec runtime() {
        return new RuntimeSpec(
                RuntimeSpec.Language.PYTHON,
                output("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"));
    }

    private static void make(Path folder, String wanted) throws IOException {
        Path root = folder.resolve("root");
        String suite = output("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME");
        run(folder, "debootstrap", "--variant=minbase", "--include=python3,python3-pip", suite, root.toString());
        Assumptions.assumeTrue(
                Files.exists(root.resolve("usr/bin/python" + wanted)),
                "the host's python3 is " + wanted + ", and Debian " + suite + " has another");
        List<String> tar = new ArrayList<>(List.of("tar", "--numeric-owner", "--sort=name", "--mtime=@1"));
        LEFT_OUT.forEach(path -> tar.add("--exclude=" + path));
        tar.addAll(List.of("-C", root.toString(), "-cf", "layer.tar", "."));
        run(folder, tar.toArray(String[]::new));
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        Files.writeString(
                folder.resolve("config.json"), """
                    {"architecture": "%s", "os": "linux", "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
                     "rootfs": {"type": "layers", "diff_ids": ["%s"]},
                     "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "debootstrap"}]}\
                    """.formatted(architecture, digest(folder.resolve("layer.tar"))));
        Files.writeString(
                folder.resolve("manifest.json"), "[{\"Config\": \"config.json\", \"Layers\": [\"layer.tar\"]}]");
        run(folder, "tar", "-cf", "image.tar", "manifest.json", "config.json", "layer.tar");
    }

    private static Digest digest(Path file) throws IOException {
        MessageDigest seen = Digest.Algorithm.SHA256.start();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                seen.update(buffer, 0, count);
            }
        }
        return Digest.of(Digest.Algorithm.SHA256, seen);
    }

    private static void run(Path folder, String... command) {
        Ran.run(folder, Map.of(), MAKING_MAX, List.of(command)).ok();
    }

    private static String output(String... command) {
        return Ran.run(Path.of("/"), Map.of(), Duration.ofSeconds(20), List.of(command))
                .ok()
                .out()
                .strip();
    }
}
