package im.backend.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The tables of ARCHITECTURE.md, so that the map is the rule and can not rot. */
final class ArchitectureDocument {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final String EVERYTHING_BUT = "everything but";

    private final List<String> lines;

    private ArchitectureDocument(List<String> lines) {
        this.lines = lines;
    }

    static ArchitectureDocument read() {
        try {
            return new ArchitectureDocument(Files.readAllLines(Path.of("ARCHITECTURE.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Package to the packages that it may use, both below {@code im.backend}; {@code main} is the root. */
    Map<String, Set<String>> uses() {
        Map<String, Set<String>> uses = new LinkedHashMap<>();
        List<String[]> rows = table("## Packages");
        Set<String> all =
                new TreeSet<>(rows.stream().map(row -> codes(row[0]).getFirst()).toList());
        for (String[] row : rows) {
            String allowed = row.length > 3 ? row[3] : "";
            Set<String> named = new TreeSet<>(codes(allowed));
            if (allowed.contains(EVERYTHING_BUT)) {
                Set<String> rest = new TreeSet<>(all);
                for (String shut : named) {
                    rest.removeIf(name -> name.equals(shut) || name.startsWith(shut + "."));
                }
                named = rest;
            }
            uses.put(codes(row[0]).getFirst(), named);
        }
        return uses;
    }

    /** Packages of a library to the packages of ours that may know it. */
    Map<List<String>, Set<String>> libraryHomes() {
        Map<List<String>, Set<String>> homes = new LinkedHashMap<>();
        for (String[] row : table("## Libraries")) {
            homes.put(codes(row[1]), new TreeSet<>(codes(row[2])));
        }
        return homes;
    }

    /** The most types of the packages that may have more than all others. */
    Map<String, Integer> typesMax() {
        Map<String, Integer> most = new LinkedHashMap<>();
        for (String[] row : table("## Sizes")) {
            most.put(codes(row[0]).getFirst(), Integer.parseInt(row[1]));
        }
        return most;
    }

    private List<String[]> table(String heading) {
        return lines.stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                        .map(String::strip)
                        .toArray(String[]::new))
                .toList();
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
