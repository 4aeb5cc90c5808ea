package im.backend.build.detect;

import im.backend.domain.SourceTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A tree as detection asks of it: by path, as text, never more than a bounded part of it. */
final class Sources {
    private static final int TEXT_BYTES_MAX = 8 << 20;

    private final SourceTree tree;
    private final List<String> paths;
    private final Set<String> known;

    Sources(SourceTree tree) {
        this.tree = tree;
        this.paths = tree.entries().stream().map(SourceTree.Entry::path).toList();
        this.known = paths.stream().collect(Collectors.toUnmodifiableSet());
    }

    boolean has(String path) {
        return known.contains(path);
    }

    /** The first of {@code candidates} that is there. */
    Optional<String> firstOf(String... candidates) {
        return Stream.of(candidates).filter(this::has).findFirst();
    }

    /** In the tree's order. */
    List<String> matching(Predicate<String> wanted) {
        return paths.stream().filter(wanted).toList();
    }

    boolean isExecutable(String path) {
        return tree.entries().stream().anyMatch(entry -> entry.path().equals(path) && entry.executable());
    }

    /** Empty also when it is too large to be what it is named like. */
    Optional<String> text(String path) {
        boolean readable = tree.entries().stream()
                .anyMatch(entry -> entry.path().equals(path) && entry.sizeBytes() <= TEXT_BYTES_MAX);
        return readable
                ? tree.read(path, TEXT_BYTES_MAX).map(content -> new String(content, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    static int depth(String path) {
        return (int) path.chars().filter(c -> c == '/').count();
    }

    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Empty for a file in the root. */
    static String folder(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }
}
