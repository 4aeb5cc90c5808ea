package im.backend.archive;

import java.util.Optional;

/**
 * One line of a .gitignore (gitignore(5)), matched by hand: a regular expression would cost the start of every deploy.
 *
 * @param glob without the marks that the flags stand for
 * @param negated what it matches is taken in again
 * @param foldersOnly matches folders only
 * @param anchored matches the whole path below the file's folder, not only the last name
 */
record IgnorePattern(String glob, boolean negated, boolean foldersOnly, boolean anchored) {
    /** Empty for blank lines and comments. */
    static Optional<IgnorePattern> parse(String line) {
        String text = withoutTrailingBlanks(line);
        if (text.isEmpty() || text.startsWith("#")) {
            return Optional.empty();
        }
        boolean negated = text.startsWith("!");
        if (negated) {
            text = text.substring(1);
        }
        boolean foldersOnly = text.endsWith("/");
        if (foldersOnly) {
            text = text.substring(0, text.length() - 1);
        }
        boolean anchored = text.indexOf('/') >= 0;
        if (text.startsWith("/")) {
            text = text.substring(1);
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(new IgnorePattern(text, negated, foldersOnly, anchored));
    }

    /** A blank at the end counts only behind a backslash. */
    private static String withoutTrailingBlanks(String line) {
        int end = line.length();
        if (end > 0 && line.charAt(end - 1) == '\r') {
            end--;
        }
        while (end > 0 && line.charAt(end - 1) == ' ' && !(end > 1 && line.charAt(end - 2) == '\\')) {
            end--;
        }
        return line.substring(0, end);
    }

    /** @param path below the folder of the ignore file, with {@code /} between names */
    boolean matches(String path, boolean folder) {
        if (foldersOnly && !folder) {
            return false;
        }
        return glob(glob, 0, anchored ? path : path.substring(path.lastIndexOf('/') + 1), 0);
    }

    private static boolean glob(String glob, int g, String text, int t) {
        int at = t;
        for (int i = g; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '*') {
                return star(glob, i, text, at);
            }
            if (at == text.length()) {
                return false;
            }
            char found = text.charAt(at);
            if (c == '[') {
                int end = classEnd(glob, i);
                if (end > 0) {
                    if (found == '/' || !inClass(glob, i + 1, end, found)) {
                        return false;
                    }
                    i = end;
                    at++;
                    continue;
                }
            }
            if (c == '\\' && i + 1 < glob.length()) {
                i++;
                c = glob.charAt(i);
                if (c != found) {
                    return false;
                }
            } else if (c == '?' ? found == '/' : c != found) {
                return false;
            }
            at++;
        }
        return at == text.length();
    }

    private static boolean star(String glob, int i, String text, int at) {
        int stars = i;
        while (stars < glob.length() && glob.charAt(stars) == '*') {
            stars++;
        }
        boolean opens = i == 0 || glob.charAt(i - 1) == '/';
        boolean closes = stars == glob.length() || glob.charAt(stars) == '/';
        boolean acrossFolders = stars - i == 2 && opens && closes;
        if (acrossFolders && stars < glob.length()) {
            // "**/" is any number of folders, none included.
            for (int from = at; from >= 0; from = next(text, from)) {
                if (glob(glob, stars + 1, text, from)) {
                    return true;
                }
            }
            return false;
        }
        if (acrossFolders) {
            return at < text.length();
        }
        for (int to = at; to <= text.length(); to++) {
            if (glob(glob, stars, text, to)) {
                return true;
            }
            if (to < text.length() && text.charAt(to) == '/') {
                return false;
            }
        }
        return false;
    }

    private static int next(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? -1 : slash + 1;
    }

    /** Where the class that opens at {@code open} is closed; -1 when it never is, and then git matches nothing. */
    private static int classEnd(String glob, int open) {
        int i = open + 1;
        if (i < glob.length() && (glob.charAt(i) == '!' || glob.charAt(i) == '^')) {
            i++;
        }
        for (int first = i; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == ']' && i > first) {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static boolean inClass(String glob, int from, int end, char found) {
        int i = from;
        boolean inverted = glob.charAt(i) == '!' || glob.charAt(i) == '^';
        if (inverted) {
            i++;
        }
        boolean in = false;
        while (i < end) {
            char low = glob.charAt(i);
            if (low == '\\' && i + 1 < end) {
                i++;
                low = glob.charAt(i);
            }
            char high = low;
            if (i + 2 < end && glob.charAt(i + 1) == '-') {
                i += 2;
                high = glob.charAt(i);
            }
            in |= found >= low && found <= high;
            i++;
        }
        return in != inverted;
    }
}
