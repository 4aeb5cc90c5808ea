package im.backend.build.jib.app;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A large app is spread over layers, so that a change of one file packs a small part of it. What people change all the time,
 * the code, is kept apart from what is heavy and lies still: models, images, archives.
 *
 * <p>Which part a file is in follows from its path and size alone; otherwise equal files would end in other layers.
 */
public final class AppParts {
    public static final int PARTS = 16;
    static final long HEAVY_FILE_BYTES = 64L << 10;
    static final int LARGE_FILES = 1_000;
    static final long LARGE_BYTES = 8L << 20;

    private AppParts() {}

    /** In the order of the layers; the one that changes most is last. None is empty but that of an app without files. */
    public static List<List<AppFile>> of(AppFiles app) {
        if (!isLarge(app.files())) {
            return List.of(app.files());
        }
        List<List<AppFile>> parts = new ArrayList<>();
        for (boolean heavy : new boolean[] {true, false}) {
            parts.addAll(spread(app.files().stream()
                    .filter(file -> heavy == file.sizeBytes() >= HEAVY_FILE_BYTES)
                    .toList()));
        }
        return parts;
    }

    private static List<List<AppFile>> spread(List<AppFile> files) {
        int count = isLarge(files) ? PARTS : 1;
        return List.copyOf(files.stream()
                .collect(Collectors.groupingBy(
                        file -> Math.floorMod(file.path().hashCode(), count), TreeMap::new, Collectors.toList()))
                .values());
    }

    private static boolean isLarge(List<AppFile> files) {
        return files.size() > LARGE_FILES
                || files.stream().mapToLong(AppFile::sizeBytes).sum() > LARGE_BYTES;
    }
}
