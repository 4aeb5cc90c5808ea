package im.backend.build.jib.layer;

import im.backend.build.jib.app.AppFiles;
import im.backend.domain.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All layers of one path of an image, unpacked together.
 *
 * @param name of the folder: equal names, equal content
 * @param mountPoints names below it that other folders are mounted on
 */
public record LayerFolder(String name, String path, List<Digest> layers, List<String> mountPoints) {
    /** The path of an image with a system of its own. */
    public static final String ROOT = "/";

    public LayerFolder {
        layers = List.copyOf(layers);
        mountPoints = List.copyOf(mountPoints);
    }

    boolean isWholeSystem() {
        return path.equals(ROOT);
    }

    /** Outer paths first, since the inner ones are mounted on them. */
    static List<LayerFolder> of(List<Digest> layers, List<String> paths) {
        return of(layers, paths, List.of());
    }

    /** @param storage paths of a whole system that something else is mounted on */
    public static List<LayerFolder> of(List<Digest> layers, List<String> paths, List<String> storage) {
        Map<String, List<Digest>> byPath = new TreeMap<>();
        for (int at = 0; at < layers.size(); at++) {
            byPath.computeIfAbsent(paths.get(at), absent -> new ArrayList<>()).add(layers.get(at));
        }
        List<LayerFolder> folders = new ArrayList<>();
        byPath.forEach((path, digests) -> {
            List<String> mountPoints = path.equals(ROOT)
                    ? storage
                    : byPath.keySet().stream()
                            .filter(other -> other.startsWith(path + "/"))
                            .map(other -> other.substring(path.length() + 1))
                            .toList();
            folders.add(new LayerFolder(nameOf(digests, mountPoints), path, digests, mountPoints));
        });
        return folders;
    }

    private static String nameOf(List<Digest> layers, List<String> mountPoints) {
        String all = layers + " " + mountPoints;
        return HexFormat.of().formatHex(AppFiles.newSha256().digest(all.getBytes(StandardCharsets.UTF_8)));
    }
}
