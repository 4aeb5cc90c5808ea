package im.backend.orchestrator.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The unpacked system of an image, looked at as its programs will: a link leads to a place inside of it, wherever it
 * points.
 */
record ImageRoot(Path folder) {
    private static final int LINKS_MAX = 40;

    /** @param path absolute, as a program of the image names it */
    boolean has(String path) {
        try {
            return resolve(path).isPresent();
        } catch (IOException unreadable) {
            return false;
        }
    }

    private Optional<Path> resolve(String path) throws IOException {
        Deque<String> left = new ArrayDeque<>();
        push(path, left);
        Path at = folder;
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.equals("..")) {
                at = at.equals(folder) ? folder : at.resolve("..").normalize();
                continue;
            }
            Path next = at.resolve(name);
            if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS) || links > LINKS_MAX) {
                return Optional.empty();
            }
            if (!Files.isSymbolicLink(next)) {
                at = next;
                continue;
            }
            links++;
            String target = Files.readSymbolicLink(next).toString();
            at = target.startsWith("/") ? folder : at;
            push(target, left);
        }
        return Optional.of(at);
    }

    private static void push(String path, Deque<String> left) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            if (!names[i].isEmpty() && !names[i].equals(".")) {
                left.push(names[i]);
            }
        }
    }
}
