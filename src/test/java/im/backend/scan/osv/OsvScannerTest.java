package im.backend.scan.osv;

import static im.backend.scan.osv.AdvisorySamples.advisory;
import static im.backend.scan.osv.AdvisorySamples.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.problem.ProblemException;
import im.backend.sbom.PackageUrl;
import im.backend.sbom.Sbom;
import im.backend.scan.Finding;
import im.backend.scan.ScanPolicy;
import im.backend.scan.ScanReport;
import im.backend.scan.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

class OsvScannerTest {
    private static final PackageUrl OLD_JINJA = PackageUrl.python("jinja2", "3.1.2");

    @TempDir
    private Path folder;

    private Path advisories;

    @BeforeEach
    void makeFolder() throws IOException {
        advisories = Files.createDirectories(folder.resolve("advisories"));
    }

    @Test
    void anOldVersionIsFoundWithWhereItIsMended() throws IOException {
        give("a.json", AdvisorySamples.JINJA);

        ScanReport report = scan(OLD_JINJA, PackageUrl.python("jinja2", "3.1.4"));

        assertThat(report.findings())
                .containsExactly(new Finding(
                        "GHSA-h5c8-rqwp-cp95",
                        List.of("CVE-2024-22195", "PYSEC-2024-1"),
                        OLD_JINJA,
                        Severity.MEDIUM,
                        "Jinja vulnerable to HTML attribute injection when passing user input as keys to xmlattr"
                                + " filter",
                        List.of("3.1.3"),
                        Optional.empty()));
        assertThat(report.packages()).isEqualTo(2);
        assertThat(report.counts()).containsEntry(Severity.MEDIUM, 1).containsEntry(Severity.CRITICAL, 0);
        assertThat(report.advisoriesAt()).isPresent();
    }

    @Test
    void whatTwoDatabasesTellIsOneFinding() throws IOException {
        give("a.json", AdvisorySamples.JINJA_AGAIN);
        give("b.json", AdvisorySamples.JINJA);

        List<Finding> findings = scan(OLD_JINJA).findings();

        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().id()).isEqualTo("GHSA-h5c8-rqwp-cp95");
        assertThat(findings.getFirst().aliases()).containsExactly("CVE-2024-22195", "PYSEC-2024-1");
        assertThat(findings.getFirst().severity()).isEqualTo(Severity.MEDIUM);
    }

    @Test
    void aRangeThatOpensAgainIsFollowed() throws IOException {
        give("a.json", advisory("X-1", "npm", "lib", events("1.0.0-1.2.5", "2.0.0-2.1.0", "3.0.0-"), "HIGH"));

        assertThat(isFound(PackageUrl.npm("lib", "0.9.0"))).isFalse();
        assertThat(isFound(PackageUrl.npm("lib", "1.2.4"))).isTrue();
        assertThat(isFound(PackageUrl.npm("lib", "1.2.5"))).isFalse();
        assertThat(isFound(PackageUrl.npm("lib", "2.0.0-rc.1"))).isFalse();
        assertThat(isFound(PackageUrl.npm("lib", "2.0.3"))).isTrue();
        assertThat(isFound(PackageUrl.npm("lib", "2.1.0"))).isFalse();
        assertThat(isFound(PackageUrl.npm("lib", "9.0.0"))).isTrue();
        assertThat(scan(PackageUrl.npm("lib", "9.0.0")).findings().getFirst().fixedIn())
                .isEmpty();
        assertThat(scan(PackageUrl.npm("lib", "1.2.4")).findings().getFirst().fixedIn())
                .containsExactly("1.2.5");
    }

    @Test
    void theLastAffectedVersionIsAffectedStill() throws IOException {
        give(
                "a.json",
                advisory(
                        "X-1",
                        "Maven",
                        "g:a",
                        "{\"last_affected\": \"2.14.1\"}, {\"introduced\": \"2.0-beta9\"}",
                        "CRITICAL"));

        assertThat(isFound(PackageUrl.maven("g", "a", "2.0-alpha1"))).isFalse();
        assertThat(isFound(PackageUrl.maven("g", "a", "2.0-rc1"))).isTrue();
        assertThat(isFound(PackageUrl.maven("g", "a", "2.14.1"))).isTrue();
        assertThat(isFound(PackageUrl.maven("g", "a", "2.15"))).isFalse();
        assertThat(isFound(PackageUrl.maven("h", "a", "2.14.1"))).isFalse();
    }

    @Test
    void aLimitEndsARange() throws IOException {
        give("a.json", advisory("X-1", "PyPI", "lib", "{\"introduced\": \"0\"}, {\"limit\": \"2.0\"}", "LOW"));

        assertThat(isFound(PackageUrl.python("lib", "1.9"))).isTrue();
        assertThat(isFound(PackageUrl.python("lib", "2.0"))).isFalse();
    }

    @Test
    void namesAreComparedAsTheirRegistryDoes() throws IOException {
        give("a.json", advisory("X-1", "PyPI", "Zope.Interface", events("0-"), "LOW"));
        give("b.json", advisory("X-2", "Go", "github.com/BurntSushi/toml", events("0-1.3.0"), "LOW"));
        give("c.json", advisory("X-3", "Go", "stdlib", events("0-1.21.8"), "LOW"));
        give("d.json", advisory("X-4", "Debian:12", "openssl", events("0-3.0.11-1~deb12u2"), "LOW"));

        assertThat(isFound(PackageUrl.python("zope_interface", "5"))).isTrue();
        assertThat(isFound(PackageUrl.go("github.com/burntsushi/toml", "v1.2.1")))
                .isTrue();
        assertThat(isFound(PackageUrl.go("github.com/burntsushi/toml", "v1.3.0")))
                .isFalse();
        assertThat(isFound(PackageUrl.go("stdlib", "1.21.7"))).isTrue();
        Map<String, String> bookworm = Map.of("distro", "debian-12", "upstream", "openssl");
        assertThat(isFound(PackageUrl.debian("libssl3", "3.0.11-1~deb12u1", bookworm)))
                .isTrue();
        assertThat(isFound(PackageUrl.debian("libssl3", "3.0.11-1~deb12u2", bookworm)))
                .isFalse();
        assertThat(isFound(PackageUrl.debian("openssl", "3.0.1", Map.of("distro", "debian-13"))))
                .isFalse();
    }

    @Test
    void aVersionThatIsNamedNeedsNoRange() throws IOException {
        give("a.json", """
            {"id": "MAL-2024-1", "summary": "Malicious code in lib",
             "affected": [{"package": {"name": "lib", "ecosystem": "npm"}, "versions": ["1.0.1", "not a version"]}]}
            """);

        assertThat(scan(PackageUrl.npm("lib", "1.0.1")).findings())
                .extracting(Finding::severity)
                .containsExactly(Severity.CRITICAL);
        assertThat(isFound(PackageUrl.npm("lib", "not a version"))).isTrue();
        assertThat(isFound(PackageUrl.npm("lib", "1.0.2"))).isFalse();
    }

    @Test
    void aRatingIsTakenFromTheVectorWhereNobodyPutItInAWord() throws IOException {
        give("a.json", """
            {"id": "GO-2024-1", "affected": [{"package": {"name": "lib", "ecosystem": "npm"},
              "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
              "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"}]}]}
            """);
        give("b.json", """
            {"id": "X-2", "severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}],
             "affected": [{"package": {"name": "other", "ecosystem": "npm"},
              "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}
            """);

        assertThat(scan(PackageUrl.npm("lib", "1.0.0"), PackageUrl.npm("other", "1.0.0"))
                        .findings())
                .extracting(Finding::severity)
                .containsExactly(Severity.CRITICAL, Severity.UNKNOWN);
    }

    @Test
    void whatIsWithdrawnOrBrokenIsLeftOut() throws IOException {
        give(
                "a.json",
                AdvisorySamples.JINJA.replace("\"details\"", "\"withdrawn\": \"2024-06-01T00:00:00Z\", \"details\""));
        give("b.json", "{\"id\":");
        give("c.json", "[]");
        give(
                "d.json",
                "{\"id\": \"X-1\", \"affected\": [{\"package\": {}}, 7], \"severity\": \"high\", \"aliases\": 3}");
        give(
                "e.json",
                "{\"id\": \"X-2\", \"affected\": [{\"package\": {\"name\": \"jinja2\", \"ecosystem\": \"PyPI\"},"
                        + " \"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": 4}]}]}]}");

        assertThat(scan(OLD_JINJA).findings()).isEmpty();
    }

    @Test
    void aChangedSourceIsReadAnew() throws IOException {
        give("a.json", advisory("X-1", "PyPI", "other", events("0-"), "LOW"));
        assertThat(scan(OLD_JINJA).findings()).isEmpty();

        give("b.json", AdvisorySamples.JINJA);

        assertThat(scan(OLD_JINJA).findings()).hasSize(1);
        try (Stream<Path> kept = Files.list(folder.resolve("cache"))) {
            assertThat(kept).as("the old index is gone").hasSize(1);
        }
    }

    @Test
    void aDamagedIndexIsWrittenAnew() throws IOException {
        give("a.json", AdvisorySamples.JINJA);
        scan(OLD_JINJA);
        try (Stream<Path> kept = Files.list(folder.resolve("cache"))) {
            Files.writeString(kept.findFirst().orElseThrow(), "damaged by a power cut");
        }

        assertThat(scan(OLD_JINJA).findings()).hasSize(1);
    }

    @Test
    void withoutASourceNothingIsClaimed() {
        assertThatThrownBy(() -> scanner(List.of()).scan(Sbom.of("app", List.of(OLD_JINJA))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("scan.source");
        assertThatThrownBy(() -> scan(OLD_JINJA))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("holds no .json and no .zip file");
    }

    @Test
    void aPolicyBlocksFromItsSeverityOnAndNotWhatIsIgnored() throws IOException {
        give("a.json", AdvisorySamples.JINJA);
        give("b.json", advisory("X-9", "PyPI", "jinja2", events("0-4"), "CRITICAL"));
        ScanReport report = scan(OLD_JINJA);

        ScanPolicy strict = new ScanPolicy(Optional.of(Severity.MEDIUM), Map.of());
        assertThat(strict.blocking(strict.judge(report)))
                .extracting(Finding::id)
                .containsExactly("X-9", "GHSA-h5c8-rqwp-cp95");

        ScanPolicy lenient = new ScanPolicy(
                Optional.of(Severity.MEDIUM), Map.of("cve-2024-22195", "no filter xmlattr", "X-9", "never called"));
        ScanReport judged = lenient.judge(report);
        assertThat(lenient.blocking(judged)).isEmpty();
        assertThat(judged.findings())
                .extracting(finding -> finding.ignored().orElse(""))
                .containsExactly("never called", "no filter xmlattr");
        assertThat(judged.counts()).containsEntry(Severity.CRITICAL, 0).containsEntry(Severity.MEDIUM, 0);
        assertThat(ScanPolicy.OPEN.blocking(ScanPolicy.OPEN.judge(report))).isEmpty();
    }

    /** The figures of docs/scanning.md. */
    @Test
    @Tag("slow")
    void threeHundredPackagesAgainstFiftyThousandAdvisoriesTakeWellUnderASecond(TestReporter reporter)
            throws IOException {
        List<String> many = new ArrayList<>();
        for (int at = 0; at < 50_000; at++) {
            many.add(advisory(
                    "GHSA-" + at,
                    at % 2 == 0 ? "npm" : "PyPI",
                    "package-" + at % 20_000,
                    events("0-1.0." + at),
                    "HIGH"));
        }
        Path archive = folder.resolve("all.zip");
        AdvisorySamples.zip(archive, many);
        OsvScanner scanner = scanner(List.of(new AdvisorySource.Files(archive)));
        List<PackageUrl> installed = new ArrayList<>();
        for (int at = 0; at < 300; at++) {
            installed.add(PackageUrl.npm("package-" + at * 2, "1.0.7"));
        }
        Sbom sbom = Sbom.of("app", installed);
        long begun = System.nanoTime();
        scanner.scan(sbom);
        long first = System.nanoTime() - begun;

        begun = System.nanoTime();
        ScanReport report = scanner.scan(sbom);
        long second = System.nanoTime() - begun;

        reporter.publishEntry("milliseconds", first / 1_000_000 + " first, " + second / 1_000_000 + " then");
        assertThat(report.findings()).hasSizeGreaterThan(300);
        assertThat(Duration.ofNanos(second)).isLessThan(Duration.ofSeconds(1));
    }

    private boolean isFound(PackageUrl one) {
        return !scan(one).findings().isEmpty();
    }

    private ScanReport scan(PackageUrl... packages) {
        return scanner(List.of(new AdvisorySource.Files(advisories))).scan(Sbom.of("app", List.of(packages)));
    }

    private OsvScanner scanner(List<AdvisorySource> sources) {
        return new OsvScanner(
                new OsvSettings(folder.resolve("cache"), sources, Duration.ofHours(6)), Clock.systemUTC());
    }

    private void give(String name, String advisory) throws IOException {
        Files.writeString(advisories.resolve(name), advisory);
    }
}
