package im.backend.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A small system of its own, of a few programs of this host and the libraries that they need; for tests of images. */
public final class RootFolder {
    private static final List<String> MOUNT_POINTS = List.of("proc", "dev", "tmp", "run", "var/tmp", "etc");

    private RootFolder() {}

    /** @param programs by name, found on the usual PATH */
    public static Path make(Path root, String... programs) throws IOException {
        for (String folder : MOUNT_POINTS) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.createFile(root.resolve("etc/resolv.conf"));
        Files.createFile(root.resolve("etc/hosts"));
        for (String program : programs) {
            Path real = Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin")
                    .map(folder -> Path.of(folder, program))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow()
                    .toRealPath();
            copy(real, root.resolve("bin").resolve(program));
            for (String library : librariesOf(real)) {
                copy(Path.of(library), root.resolve(library.substring(1)));
            }
        }
        return root;
    }

    /** The libraries that files of a folder need, as compiled modules do. */
    public static void addLibraries(Path root, Path folder) throws IOException {
        try (Stream<Path> modules = Files.walk(folder)) {
            for (Path module :
                    modules.filter(file -> file.toString().endsWith(".so")).toList()) {
                for (String library : librariesOf(module)) {
                    copy(Path.of(library), root.resolve(library.substring(1)));
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        if (!Files.exists(to)) {
            Files.copy(from.toRealPath(), to);
            if (!to.toFile().setExecutable(true, false)) {
                throw new IOException("can not make " + to + " executable");
            }
        }
    }

    private static List<String> librariesOf(Path program) throws IOException {
        Process ldd = new ProcessBuilder("ldd", program.toString())
                .redirectErrorStream(true)
                .start();
        try (InputStream said = ldd.getInputStream()) {
            return new String(said.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .flatMap(line -> Stream.of(line.strip().split("\\s+")))
                    .filter(word -> word.startsWith("/"))
                    .toList();
        }
    }
}
