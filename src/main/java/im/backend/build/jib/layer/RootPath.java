package im.backend.build.jib.layer;

import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Names of an image as places in a folder. A link on the way leads to where it would lead were the folder the whole system:
 * never out of it.
 */
record RootPath(Path folder) {
    private static final int LINKS_MAX = 40;
    private static final int DEPTH_MAX = 200;

    /** Where an entry belongs; the folders above it are made, its own name is not looked at. */
    Path place(String name) throws IOException {
        Deque<String> left = new ArrayDeque<>(parts(name));
        if (left.size() > DEPTH_MAX) {
            throw new IOException("a name of the image has over " + DEPTH_MAX + " parts");
        }
        if (left.isEmpty()) {
            return folder;
        }
        String last = left.removeLast();
        Path at = folder;
        int links = 0;
        while (!left.isEmpty()) {
            String part = left.removeFirst();
            if (part.equals("..")) {
                at = above(at);
                continue;
            }
            Path next = at.resolve(part);
            if (Files.isSymbolicLink(next)) {
                links++;
                if (links > LINKS_MAX) {
                    throw new IOException("the image has links that lead in a circle, at " + name);
                }
                String target = Files.readSymbolicLink(next).toString();
                at = target.startsWith("/") ? folder : at;
                parts(target).reversed().forEach(left::addFirst);
                continue;
            }
            if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                delete(next);
                Files.createDirectory(next);
            }
            at = next;
        }
        return last.equals("..") ? above(at) : at.resolve(last);
    }

    /** Follows no link; does nothing when it is not there. */
    static void delete(Path path) throws IOException {
        new FileTree(path).delete();
    }

    private Path above(Path at) {
        return at.equals(folder) ? folder : at.resolve("..").normalize();
    }

    private static List<String> parts(String name) {
        return Arrays.stream(name.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
