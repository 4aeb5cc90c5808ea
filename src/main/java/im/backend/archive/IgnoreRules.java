package im.backend.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an upload leaves out: the .gitignore of each folder as git understands it, and .backendimignore, which is read
 * after it and so has the last word. Version control, installed packages and caches are always left out.
 */
final class IgnoreRules {
    private static final List<String> FILES = List.of(".gitignore", ".backendimignore");
    private static final Set<String> ALWAYS = Set.of(
            ".git",
            ".hg",
            ".svn",
            "node_modules",
            "__pycache__",
            ".venv",
            "venv",
            ".tox",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".gradle",
            ".DS_Store");
    private static final String VENV_MARK = "pyvenv.cfg";

    private final @Nullable IgnoreRules above;
    private final String folder;
    private final List<IgnorePattern> patterns;

    private IgnoreRules(@Nullable IgnoreRules above, String folder, List<IgnorePattern> patterns) {
        this.above = above;
        this.folder = folder;
        this.patterns = patterns;
    }

    static IgnoreRules ofRoot(Path root) throws IOException {
        return new IgnoreRules(null, "", read(root));
    }

    /** What is always left out, then the lines of the ignore files of that folder itself. */
    static List<String> atTop(Path directory) throws IOException {
        List<String> lines = new ArrayList<>(ALWAYS.stream().sorted().toList());
        for (String line : lines(directory)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(line.strip());
            }
        }
        return lines;
    }

    /** The rules inside a folder that is not left out itself. */
    IgnoreRules in(String path, Path directory) throws IOException {
        return new IgnoreRules(this, path + "/", read(directory));
    }

    /** @param path of something in this folder, from the root, with {@code /} between names */
    boolean leavesOut(String path, Path file, boolean isFolder) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (ALWAYS.contains(name) || (isFolder && Files.exists(file.resolve(VENV_MARK)))) {
            return true;
        }
        return verdict(path, isFolder).orElse(false);
    }

    /** The last pattern that matches decides, and a deeper file is asked before those above it. */
    private Optional<Boolean> verdict(String path, boolean isFolder) {
        String below = path.substring(folder.length());
        for (int i = patterns.size() - 1; i >= 0; i--) {
            if (patterns.get(i).matches(below, isFolder)) {
                return Optional.of(!patterns.get(i).negated());
            }
        }
        return above == null ? Optional.empty() : above.verdict(path, isFolder);
    }

    private static List<IgnorePattern> read(Path directory) throws IOException {
        List<IgnorePattern> patterns = new ArrayList<>();
        for (String line : lines(directory)) {
            IgnorePattern.parse(line).ifPresent(patterns::add);
        }
        return patterns;
    }

    private static List<String> lines(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : FILES) {
            try {
                String text = Files.readString(directory.resolve(name), StandardCharsets.ISO_8859_1);
                String decoded = new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                lines.addAll(List.of(decoded.split("\n", -1)));
            } catch (NoSuchFileException absentIsFine) {
                // Most folders have none.
            }
        }
        return lines;
    }
}
