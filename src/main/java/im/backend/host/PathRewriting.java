package im.backend.host;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Stands in for binds where there is no sandbox: paths below a bind, alone or inside a list, option or URL, become the
 * real folders.
 */
final class PathRewriting {
    private final Map<String, String> realByPath = new TreeMap<>();
    private final Pattern seen;

    PathRewriting(List<Bind> binds) {
        for (Bind bind : binds) {
            String real = bind.folder().toAbsolutePath().toString();
            if (!real.equals(bind.path())) {
                realByPath.put(bind.path(), real);
            }
        }
        String alternatives = realByPath.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        this.seen = Pattern.compile("(?<![A-Za-z0-9_.-])(" + alternatives + ")(?![A-Za-z0-9_.-])");
    }

    String apply(String text) {
        return realByPath.isEmpty()
                ? text
                : seen.matcher(text)
                        .replaceAll(found ->
                                Matcher.quoteReplacement(realByPath.getOrDefault(found.group(1), found.group(1))));
    }
}
