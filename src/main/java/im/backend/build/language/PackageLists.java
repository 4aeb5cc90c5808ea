package im.backend.build.language;

import im.backend.build.inventory.Inventory;
import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is installed in each layer and app, one small file by the same key: a build that takes its packages from the cache
 * reads this list and none of the packages.
 */
record PackageLists(Path folder) {
    private static final String HEAD = "packages ";

    /** @param installed where the packages are, should the list not be there yet */
    List<PackageUrl> of(String key, Path installed, Inventory inventory) throws IOException {
        Path file = folder.resolve(key);
        Optional<List<PackageUrl>> known = read(file);
        if (known.isPresent()) {
            return known.get();
        }
        List<PackageUrl> found =
                inventory.read(installed).stream().distinct().sorted().toList();
        Files.createDirectories(folder);
        Path written = Files.createTempFile(folder, "new", "");
        StringBuilder text = new StringBuilder(HEAD + found.size() + "\n");
        found.forEach(one -> text.append(one).append('\n'));
        Files.writeString(written, text);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        return found;
    }

    /** A list that a power cut left half-written is as good as none. */
    private static Optional<List<PackageUrl>> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (NoSuchFileException notYet) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().equals(HEAD + (lines.size() - 1))) {
            return Optional.empty();
        }
        return Optional.of(lines.stream()
                .skip(1)
                .flatMap(line -> PackageUrl.parse(line).stream())
                .toList());
    }

    /** Removes the lists of layers and apps that are gone. */
    void prune(Predicate<String> isThere) throws IOException {
        for (Path file : ProjectCache.list(folder)) {
            if (!isThere.test(file.getFileName().toString())) {
                Files.deleteIfExists(file);
            }
        }
    }
}
