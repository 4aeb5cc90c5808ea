package im.backend.build.pod;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The operator's settings for package managers, as a pod can have them: a file that one names goes along, a folder of the
 * server can not and is left out.
 *
 * @param files by their name below {@link BuildPodObjects#PASSED_FILES}
 */
record Passed(Map<String, String> environment, Map<String, byte[]> files) {
    /** Secrets hold a mebibyte in all; a bundle of the world's authorities has a quarter. */
    private static final long FILES_BYTES_MAX = 700 << 10;

    static Passed of(Map<String, String> settings) {
        SortedMap<String, String> environment = new TreeMap<>();
        Map<String, byte[]> files = new TreeMap<>();
        Map<Path, String> names = new TreeMap<>();
        long left = FILES_BYTES_MAX;
        for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
            String value = setting.getValue();
            if (!value.startsWith("/") || value.contains(File.pathSeparator)) {
                environment.put(setting.getKey(), value);
                continue;
            }
            Path file = Path.of(value).normalize();
            if (!names.containsKey(file)
                    && Files.isReadable(file)
                    && file.toFile().length() <= left
                    && Files.isRegularFile(file)) {
                String name = "file-" + names.size();
                names.put(file, name);
                byte[] content = read(file);
                files.put(name, content);
                left -= content.length;
            }
            if (names.containsKey(file)) {
                environment.put(setting.getKey(), BuildPodObjects.PASSED_FILES + "/" + names.get(file));
            }
        }
        return new Passed(environment, files);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }
}
