package im.backend.scan.trivy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.problem.Problem;
import im.backend.sbom.PackageUrl;
import im.backend.scan.Finding;
import im.backend.scan.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Trivy's JSON report, schema version 2: {@code Results[].Vulnerabilities[]}. */
final class TrivyReport {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int SCHEMA = 2;

    private TrivyReport() {}

    /** Fails with Unavailable {@code advisories-unavailable} when it is no such report. */
    static List<Finding> findings(byte[] json) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode result : report(json).path("Results")) {
            for (JsonNode found : result.path("Vulnerabilities")) {
                subject(found).ifPresent(subject -> findings.add(finding(found, subject)));
            }
        }
        return findings;
    }

    private static JsonNode report(byte[] json) {
        String reason;
        try {
            JsonNode report = JSON.readTree(json);
            int schema = report.path("SchemaVersion").asInt();
            if (schema == SCHEMA) {
                return report;
            }
            reason = "schema version " + schema + " (expected: " + SCHEMA + ")";
        } catch (IOException notJson) {
            reason = "no JSON";
        }
        throw new Problem.Unavailable(
                        "advisories-unavailable",
                        "trivy's report could not be read: " + reason + ". Install another version of trivy, or set"
                                + " scan.tool to builtin.",
                        Duration.ofHours(1))
                .asException();
    }

    private static Optional<PackageUrl> subject(JsonNode found) {
        return PackageUrl.parse(found.at("/PkgIdentifier/PURL").asText());
    }

    private static Finding finding(JsonNode found, PackageUrl subject) {
        TreeSet<String> aliases = new TreeSet<>();
        for (JsonNode alias : found.path("VendorIDs")) {
            aliases.add(alias.asText());
        }
        List<String> fixedIn = Arrays.stream(found.path("FixedVersion").asText().split(","))
                .map(String::strip)
                .filter(version -> !version.isEmpty())
                .toList();
        return new Finding(
                found.path("VulnerabilityID").asText(),
                List.copyOf(aliases),
                subject,
                Severity.parse(found.path("Severity").asText()).orElse(Severity.UNKNOWN),
                found.path("Title").asText().replaceAll("\\p{Cntrl}", " "),
                fixedIn,
                Optional.empty());
    }
}
