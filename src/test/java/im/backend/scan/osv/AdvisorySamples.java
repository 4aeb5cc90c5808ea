package im.backend.scan.osv;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Advisories in the shape in which OSV publishes them. */
public final class AdvisorySamples {
    /** As GitHub tells it. */
    public static final String JINJA = """
        {"schema_version": "1.6.0", "id": "GHSA-h5c8-rqwp-cp95", "modified": "2024-05-06T14:31:00Z",
         "aliases": ["CVE-2024-22195", "PYSEC-2024-1"],
         "summary": "Jinja vulnerable to HTML attribute injection when passing user input as keys to xmlattr filter",
         "details": "The `xmlattr` filter...",
         "affected": [{"package": {"name": "jinja2", "ecosystem": "PyPI", "purl": "pkg:pypi/jinja2"},
           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}],
           "versions": ["2.0", "3.1.2"]}],
         "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}],
         "database_specific": {"severity": "MODERATE", "cwe_ids": ["CWE-79"]}}
        """;

    /** The same as the Python database tells it: no summary, no rating. */
    public static final String JINJA_AGAIN = """
        {"id": "PYSEC-2024-1", "modified": "2024-05-06T14:31:00Z", "aliases": ["CVE-2024-22195"],
         "details": "Jinja is a templating engine.\\nMore of it.",
         "affected": [{"package": {"name": "Jinja2", "ecosystem": "PyPI"},
           "ranges": [{"type": "GIT", "repo": "https://example.com/jinja", "events": [{"introduced": "0"}, {"fixed": "716795349a41d4983a9a4771f7d883c96ea17be7"}]},
                      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}],
           "versions": ["3.1.2"]}]}
        """;

    private AdvisorySamples() {}

    /** One range of one package. */
    public static String advisory(String id, String ecosystem, String name, String events, String severity) {
        return """
            {"id": "%s", "modified": "2024-01-01T00:00:00Z", "summary": "%s in %s",
             "affected": [{"package": {"name": "%s", "ecosystem": "%s"},
               "ranges": [{"type": "%s", "events": [%s]}]}],
             "database_specific": {"severity": "%s"}}
            """.formatted(
                        id,
                        id,
                        name,
                        name,
                        ecosystem,
                        List.of("npm", "Go").contains(ecosystem) ? "SEMVER" : "ECOSYSTEM",
                        events,
                        severity);
    }

    /** {@code 0-1.2 2.0-}: introduced and fixed. */
    public static String events(String... bounds) {
        StringBuilder events = new StringBuilder();
        for (String bound : bounds) {
            String[] sides = bound.split("-", 2);
            events.append(events.isEmpty() ? "" : ", ").append("{\"introduced\": \"" + sides[0] + "\"}");
            if (!sides[1].isEmpty()) {
                events.append(", {\"fixed\": \"" + sides[1] + "\"}");
            }
        }
        return events.toString();
    }

    public static void zip(Path file, List<String> advisories) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.setLevel(Deflater.BEST_SPEED);
            for (int at = 0; at < advisories.size(); at++) {
                out.putNextEntry(new ZipEntry("A-" + at + ".json"));
                out.write(advisories.get(at).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
