package im.backend.source;

import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which paths one source tree may have, whichever way they came: archive, file map, edit or push. Refuses whatever some
 * file system would read as another path, so that a tree means the same on Linux, macOS and Windows. One instance per
 * tree; not thread-safe.
 */
public final class PathRules {
    /** Code points that HFS+ ignores in names, so that {@code .g\u200cit} would be {@code .git} there (CVE-2014-9390). */
    private static final Pattern IGNORED_BY_HFS = Pattern.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]");

    /** {@code .git} itself, as Windows shortens it ({@code git~1}) and as an NTFS stream ({@code .git::$INDEX_ALLOCATION}). */
    private static final Pattern GIT_FOLDER = Pattern.compile("(\\.git|git~[0-9]+)[ .]*(:.*)?");

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    private enum Kind {
        FILE,
        FOLDER
    }

    private record Seen(String path, Kind kind) {}

    private final SourceLimits limits;
    private final Map<String, Seen> seen = new HashMap<>();

    public PathRules(SourceLimits limits) {
        this.limits = limits;
    }

    /** Fails with {@code unsafe-path}, {@code reserved-path} or, for a path that is there already, {@code path-conflict}. */
    public void acceptFile(String path) {
        checkSpelling(path);
        acceptParents(path);
        Seen twin = seen.putIfAbsent(folded(path), new Seen(path, Kind.FILE));
        if (twin != null) {
            throw conflict(path, twin.path());
        }
    }

    /** As {@link #acceptFile}; a folder may come twice, and after its files. */
    public void acceptFolder(String path) {
        checkSpelling(path);
        acceptParents(path);
        acceptFolderItself(path);
    }

    private void acceptParents(String path) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            acceptFolderItself(path.substring(0, slash));
        }
    }

    private void acceptFolderItself(String path) {
        Seen twin = seen.putIfAbsent(folded(path), new Seen(path, Kind.FOLDER));
        if (twin != null && (twin.kind() == Kind.FILE || !twin.path().equals(path))) {
            throw conflict(path, twin.path());
        }
    }

    private void checkSpelling(String path) {
        if (path.startsWith("/") || path.startsWith("\\") || DRIVE.matcher(path).matches()) {
            throw unsafe(path, "it is absolute");
        }
        if (path.indexOf('\\') >= 0) {
            throw unsafe(path, "it has a backslash");
        }
        if (path.codePoints().anyMatch(PathRules::unprintable)) {
            throw unsafe(path, "it has a control character or is not Unicode");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > limits.pathBytesMax()) {
            throw unsafe(path, "it is longer than " + limits.pathBytesMax() + " bytes");
        }
        String[] parts = path.split("/", -1);
        if (parts.length > limits.pathDepthMax()) {
            throw unsafe(path, "it is deeper than " + limits.pathDepthMax() + " folders");
        }
        for (String part : parts) {
            checkPart(path, part);
        }
    }

    private void checkPart(String path, String part) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
            throw unsafe(path, "it has an empty part, . or ..");
        }
        if (part.getBytes(StandardCharsets.UTF_8).length > limits.pathPartBytesMax()) {
            throw unsafe(path, "one of its names is longer than " + limits.pathPartBytesMax() + " bytes");
        }
        String plain = IGNORED_BY_HFS.matcher(part).replaceAll("").toLowerCase(Locale.ROOT);
        if (GIT_FOLDER.matcher(plain).matches()) {
            throw new Problem.Invalid(
                            "reserved-path",
                            "file: " + Quoted.of(path) + " (expected: no .git folder, under any spelling of it)."
                                    + " Leave the .git folder out of the upload; the server keeps its own history.")
                    .asException();
        }
    }

    /** Lone surrogates are unassigned to any character: no encoding of the name would give it back. */
    private static boolean unprintable(int codePoint) {
        return Character.isISOControl(codePoint)
                || codePoint == 0xFFFD
                || Character.getType(codePoint) == Character.SURROGATE;
    }

    /** Equal for names that a case-insensitive or normalising file system takes for one. */
    private static String folded(String path) {
        if (path.chars().allMatch(character -> character < 0x80)) {
            return path.toLowerCase(Locale.ROOT);
        }
        String composed = Normalizer.normalize(path, Normalizer.Form.NFC);
        String caseless = composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(caseless, Normalizer.Form.NFC);
    }

    private static ProblemException unsafe(String path, String reason) {
        return new Problem.Invalid(
                        "unsafe-path",
                        "file: " + Quoted.of(path) + " is refused because " + reason
                                + " (expected: a relative path with / between the names, as in src/main.py)."
                                + " Rename the file or leave it out.")
                .asException();
    }

    private static ProblemException conflict(String path, String other) {
        String detail = path.equals(other)
                ? "file: " + Quoted.of(path) + " is there twice, as two files or as a file and a folder"
                : "file: " + Quoted.of(path) + " and " + Quoted.of(other)
                        + " are one name where case or accents do not count (macOS, Windows)";
        return new Problem.Invalid("path-conflict", detail + ". Keep one of them, or rename one.").asException();
    }
}
