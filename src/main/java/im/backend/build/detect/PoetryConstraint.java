package im.backend.build.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Poetry's own notation of a dependency, and Pipenv's, as a PEP 508 line, so that pip can install it where they are not there. Covers
 * {@code ^1.2}, {@code ~1.2}, {@code 1.2.*}, {@code 1.2}, {@code *}, comma lists, extras, markers, git and url. What has no
 * such form ({@code ||}, path) is left to the lock file's exact version.
 */
final class PoetryConstraint {
    private final String name;
    private final Object declared;

    /** @param declared a text, a table, or a list of tables for several platforms */
    PoetryConstraint(String name, Object declared) {
        this.name = name;
        this.declared = declared;
    }

    List<String> requirements() {
        if (declared instanceof List<?> alternatives) {
            return alternatives.stream()
                    .flatMap(one -> new PoetryConstraint(name, one).requirements().stream())
                    .toList();
        }
        if (declared instanceof Map<?, ?> table) {
            return Boolean.TRUE.equals(table.get("optional")) ? List.of() : List.of(fromTable(table));
        }
        return List.of(name + versions(declared.toString()));
    }

    private String fromTable(Map<?, ?> table) {
        String extras = table.get("extras") instanceof List<?> list && !list.isEmpty()
                ? "[" + list.stream().map(Object::toString).collect(Collectors.joining(",")) + "]"
                : "";
        String where = text(table, "git")
                .map(url -> " @ git+" + url + revision(table))
                .or(() -> text(table, "url").map(url -> " @ " + url))
                .or(() -> text(table, "version").map(PoetryConstraint::versions))
                .orElse("");
        List<String> markers = new ArrayList<>();
        text(table, "markers").ifPresent(marker -> markers.add("(" + marker + ")"));
        text(table, "python")
                .map(PoetryConstraint::versions)
                .filter(range -> !range.isEmpty())
                .ifPresent(range -> Arrays.stream(range.split(",", -1))
                        .map(PoetryConstraint::pythonMarker)
                        .forEach(markers::add));
        return name + extras + where + (markers.isEmpty() ? "" : " ; " + String.join(" and ", markers));
    }

    private static String pythonMarker(String range) {
        int digits = 0;
        while (digits < range.length() && !Character.isDigit(range.charAt(digits))) {
            digits++;
        }
        return "python_full_version " + range.substring(0, digits) + " '" + range.substring(digits) + "'";
    }

    private static String revision(Map<?, ?> table) {
        return text(table, "rev")
                .or(() -> text(table, "ref"))
                .or(() -> text(table, "tag"))
                .or(() -> text(table, "branch"))
                .map(revision -> "@" + revision)
                .orElse("");
    }

    private static Optional<String> text(Map<?, ?> table, String key) {
        return table.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    static String versions(String poetry) {
        if (poetry.contains("|")) {
            return "";
        }
        return Arrays.stream(poetry.split(",", -1))
                .map(String::strip)
                .map(PoetryConstraint::version)
                .filter(range -> !range.isEmpty())
                .collect(Collectors.joining(","));
    }

    private static String version(String one) {
        if (one.isEmpty() || one.equals("*")) {
            return "";
        }
        String number = one.substring(1).strip();
        return switch (one.charAt(0)) {
            case '^' -> ">=" + number + ",<" + nextBreaking(number);
            case '~' -> one.startsWith("~=") ? one : ">=" + number + ",<" + nextMinor(number);
            case '>', '<', '=', '!' -> one.replace(" ", "");
            default -> "==" + one;
        };
    }

    /** The first part that is not zero may not change: ^1.2 is below 2, ^0.2.3 below 0.3, ^0.0.3 below 0.0.4. */
    private static String nextBreaking(String number) {
        List<Integer> parts = parts(number);
        int changed = 0;
        while (changed < parts.size() - 1 && parts.get(changed) == 0) {
            changed++;
        }
        return increased(parts, changed);
    }

    /** ~1.2.3 and ~1.2 are below 1.3, ~1 is below 2. */
    private static String nextMinor(String number) {
        List<Integer> parts = parts(number);
        return increased(parts, Math.min(1, parts.size() - 1));
    }

    private static String increased(List<Integer> parts, int changed) {
        List<String> next = new ArrayList<>();
        for (int at = 0; at < changed; at++) {
            next.add(parts.get(at).toString());
        }
        next.add(Integer.toString(parts.get(changed) + 1));
        return String.join(".", next);
    }

    private static List<Integer> parts(String number) {
        List<Integer> parts = new ArrayList<>();
        for (String part : number.split("\\.", -1)) {
            String digits = part.replaceAll("[^0-9].*", "");
            parts.add(digits.isEmpty() || digits.length() > 9 ? 0 : Integer.parseInt(digits));
        }
        return parts;
    }
}
