package im.backend.eject;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A .dockerignore with the meaning of other ignore files, whose patterns match at any depth and not only at the root. */
final class IgnoreFile {
    private static final List<String> OWN = List.of(Ejection.DOCKERFILE, Ejection.IGNORE, Ejection.KUBERNETES);

    private IgnoreFile() {}

    static String text(List<String> uploads, List<String> image) {
        Set<String> lines = new LinkedHashSet<>(OWN);
        uploads.forEach(pattern -> lines.add(line(pattern)));
        image.forEach(pattern -> lines.add(line(pattern)));
        return "# What neither an upload nor the image holds.\n" + String.join("\n", lines) + "\n";
    }

    private static String line(String pattern) {
        if (pattern.startsWith("!")) {
            return "!" + line(pattern.substring(1));
        }
        String bare = pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern;
        if (bare.startsWith("/")) {
            return bare.substring(1);
        }
        return bare.contains("/") ? bare : "**/" + bare;
    }
}
