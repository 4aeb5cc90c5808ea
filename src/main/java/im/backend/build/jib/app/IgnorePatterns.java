package im.backend.build.jib.app;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Files that are left out of an image, in the simple part of gitignore's notation: {@code *} and {@code ?} within a name,
 * {@code **} across folders, a slash at the start or in the middle for a path from the root, a slash at the end for a
 * folder with all in it.
 */
public final class IgnorePatterns {
    private final Pattern any;
    private final boolean none;

    public IgnorePatterns(List<String> patterns) {
        this.none = patterns.isEmpty();
        this.any = Pattern.compile(
                patterns.stream().map(IgnorePatterns::expression).collect(Collectors.joining("|")));
    }

    boolean ignores(String path) {
        return !none && any.matcher(path).matches();
    }

    private static String expression(String pattern) {
        boolean folder = pattern.endsWith("/");
        String bare = folder ? pattern.substring(0, pattern.length() - 1) : pattern;
        boolean fromRoot = bare.contains("/");
        String relative = bare.startsWith("/") ? bare.substring(1) : bare;
        return (fromRoot ? "" : "(?:.*/)?") + glob(relative) + (folder ? "/.*" : "(?:/.*)?");
    }

    private static String glob(String pattern) {
        StringBuilder expression = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            if (pattern.startsWith("**/", at)) {
                expression.append("(?:.*/)?");
                at += 3;
            } else if (pattern.startsWith("**", at)) {
                expression.append(".*");
                at += 2;
            } else {
                char c = pattern.charAt(at++);
                switch (c) {
                    case '*' -> expression.append("[^/]*");
                    case '?' -> expression.append("[^/]");
                    default -> expression.append(Pattern.quote(String.valueOf(c)));
                }
            }
        }
        return expression.toString();
    }
}
