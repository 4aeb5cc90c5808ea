package im.backend.scan.trivy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.problem.ProblemException;
import im.backend.sbom.PackageUrl;
import im.backend.sbom.Sbom;
import im.backend.scan.Finding;
import im.backend.scan.ScanReport;
import im.backend.scan.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script stands in for Trivy and answers as its documentation says: Trivy itself was not seen by this test. */
class TrivyScannerTest {
    private static final PackageUrl OLD_JINJA = PackageUrl.python("jinja2", "3.1.2");
    private static final Sbom SBOM = Sbom.of("app", List.of(OLD_JINJA));
    private static final String REPORT = """
        {"SchemaVersion": 2, "ArtifactName": "scan.cdx.json", "ArtifactType": "cyclonedx",
         "Results": [
           {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg", "Vulnerabilities": [
             {"VulnerabilityID": "CVE-2024-22195", "PkgName": "jinja2",
              "PkgIdentifier": {"PURL": "pkg:pypi/jinja2@3.1.2", "BOMRef": "pkg:pypi/jinja2@3.1.2"},
              "VendorIDs": ["GHSA-h5c8-rqwp-cp95"],
              "InstalledVersion": "3.1.2", "FixedVersion": "3.1.3, 4.0.1", "Status": "fixed",
              "Severity": "MEDIUM", "Title": "jinja2: HTML attribute injection"},
             {"VulnerabilityID": "CVE-2099-1", "PkgName": "jinja2",
              "PkgIdentifier": {"PURL": "pkg:pypi/jinja2@3.1.2"}, "Severity": "UNKNOWN"},
             {"VulnerabilityID": "CVE-2099-2", "PkgName": "nameless"}]},
           {"Target": "Node.js", "Class": "lang-pkgs"}]}
        """;

    @TempDir
    private Path folder;

    private Launcher launcher;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = new Launcher(HostSettings.in(folder.resolve("run")));
        launcher.start();
    }

    @AfterEach
    void close() {
        launcher.close();
    }

    @Test
    void theReportOfTrivyIsRead() throws IOException {
        Path work = Files.createDirectories(folder.resolve("work"));
        Files.writeString(work.resolve("canned.json"), REPORT);

        ScanReport report = scanner("""
            [ "$1 $2 $3 $4 $5" = "sbom --format json --quiet --cache-dir" ] || exit 3
            [ "$7" = "--output" ] || exit 4
            grep -q '"pkg:pypi/jinja2@3.1.2"' "$9" || exit 5
            [ "$TRIVY_SKIP" = "yes" ] || exit 6
            cat canned.json > "$8"
            """).scan(SBOM);

        assertThat(report.scanner()).isEqualTo("trivy");
        assertThat(report.findings()).extracting(Finding::id).containsExactly("CVE-2024-22195", "CVE-2099-1");
        Finding first = report.findings().getFirst();
        assertThat(first.subject()).isEqualTo(OLD_JINJA);
        assertThat(first.severity()).isEqualTo(Severity.MEDIUM);
        assertThat(first.aliases()).containsExactly("GHSA-h5c8-rqwp-cp95");
        assertThat(first.fixedIn()).containsExactly("3.1.3", "4.0.1");
        assertThat(first.title()).isEqualTo("jinja2: HTML attribute injection");
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .as("what passed between the two is removed")
                    .containsExactlyInAnyOrder("canned.json", "database");
        }
    }

    @Test
    void aFailureIsToldInTrivysWords() throws IOException {
        TrivyScanner scanner = scanner("echo 'FATAL  failed to download vulnerability DB' >&2; exit 1");

        assertThatThrownBy(() -> scanner.scan(SBOM))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("advisories-unavailable")
                .hasMessageContaining("exit code 1: FATAL  failed to download vulnerability DB")
                .hasMessageContaining("scan.tool");
    }

    @Test
    void anotherReportIsRefused() throws IOException {
        assertThatThrownBy(
                        () -> scanner("echo '{\"SchemaVersion\": 9}' > \"$8\"").scan(SBOM))
                .hasMessageContaining("schema version 9");
        assertThatThrownBy(() -> scanner("echo words > \"$8\"").scan(SBOM)).hasMessageContaining("no JSON");
        assertThatThrownBy(() -> scanner("exit 0").scan(SBOM)).hasMessageContaining("wrote no report");
    }

    private TrivyScanner scanner(String script) throws IOException {
        Path program = Files.createDirectories(folder.resolve("bin")).resolve("trivy");
        Files.writeString(program, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new TrivyScanner(
                new TrivySettings(program, folder.resolve("work"), Map.of("TRIVY_SKIP", "yes"), Duration.ofSeconds(30)),
                launcher);
    }
}
