package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.sbom.PackageUrl;
import im.backend.scan.Finding;
import im.backend.scan.ScanPolicy;
import im.backend.scan.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanGateTest {
    private static final PackageUrl OLD_JINJA = PackageUrl.python("jinja2", "3.1.2");
    private static final PackageUrl NEW_JINJA = PackageUrl.python("jinja2", "3.1.6");
    private static final ScanPolicy STRICT = new ScanPolicy(Optional.of(Severity.HIGH), Map.of());

    @AutoClose
    private final TestPlatform platform;

    ScanGateTest(@TempDir Path folder) {
        platform = new TestPlatform(folder);
        platform.scanner.find(finding("GHSA-1", Severity.HIGH, "3.1.3"));
        platform.scanner.find(finding("GHSA-2", Severity.CRITICAL, "3.1.6"));
        platform.scanner.find(finding("GHSA-3", Severity.MEDIUM, "3.1.4"));
    }

    @Test
    void anImageWithAKnownFaultDoesNotGoLiveAndTheOldOneServesOn() {
        platform.restartWith(STRICT);
        platform.images.givePackages(List.of(NEW_JINJA));
        Deployment good = platform.deploy("one");
        platform.images.givePackages(List.of(OLD_JINJA));

        Deployment bad = platform.ended(platform.submit("two"));

        DeploymentEvent.Failed failure = bad.failure().orElseThrow();
        assertThat(failure.stage()).isEqualTo(DeploymentStatus.BUILDING);
        assertThat(failure.code()).isEqualTo("scan-blocked");
        assertThat(failure.detail()).contains("2 known faults at or above high").contains("GHSA-2");
        assertThat(failure.fix()).isEqualTo("Update jinja2 to 3.1.6, in the lock file too.");
        assertThat(failure.evidence())
                .containsExactly(
                        "critical: jinja2 3.1.2 has GHSA-2 (A fault), mended in 3.1.6",
                        "high: jinja2 3.1.2 has GHSA-1 (A fault), mended in 3.1.3");
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(good.releaseName().toString());
    }

    @Test
    void whatIsIgnoredForAReasonPasses() {
        platform.images.givePackages(List.of(OLD_JINJA));
        platform.restartWith(new ScanPolicy(
                Optional.of(Severity.HIGH), Map.of("GHSA-1", "not reachable", "CVE-GHSA-2", "not used")));

        assertThat(platform.ended(platform.submit("one")).status()).isEqualTo(DeploymentStatus.COMPLETE);
    }

    @Test
    void withoutAGateNothingIsScannedAndAnUnreachableSourceStopsNobody() {
        platform.images.givePackages(List.of(OLD_JINJA));
        platform.scanner.fail(unavailable());

        assertThat(platform.ended(platform.submit("one")).status()).isEqualTo(DeploymentStatus.COMPLETE);
    }

    @Test
    void withAGateWhatCanNotBeScannedDoesNotPass() {
        platform.restartWith(STRICT);
        platform.scanner.fail(unavailable());

        DeploymentEvent.Failed failure =
                platform.ended(platform.submit("one")).failure().orElseThrow();

        assertThat(failure.code()).isEqualTo("scan-failed");
        assertThat(failure.detail()).contains("no advisories here");
        assertThat(failure.fix()).contains("scan.source");
    }

    @Test
    void aRollbackIsNeverHeldUp() {
        platform.images.givePackages(List.of(OLD_JINJA));
        platform.deploy("one");
        platform.deploy("two");
        platform.restartWith(STRICT);

        Deployment rollback = platform.engine().releases().rollback(ADMIN, "shop", new ReleaseVersion(1));

        assertThat(platform.ended(rollback).status()).isEqualTo(DeploymentStatus.COMPLETE);
    }

    @Test
    void aReleaseIsScannedForItsOwnerOnly() {
        platform.images.givePackages(List.of(OLD_JINJA));
        platform.deploy("one");
        Scans scans = platform.engine().scans();

        assertThat(scans.scan(ADMIN, "shop", new ReleaseVersion(1)).findings()).hasSize(3);
        assertThat(scans.sbom(ADMIN, "shop", new ReleaseVersion(1)).packages()).containsExactly(OLD_JINJA);
        Caller stranger = new Caller(new UserName("mallory"), Caller.Role.MEMBER);
        assertThatThrownBy(() -> scans.scan(stranger, "admin-shop", new ReleaseVersion(1)))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("not-found");
        assertThatThrownBy(() -> scans.sbom(ADMIN, "shop", new ReleaseVersion(9)))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("not-found");
    }

    private static Finding finding(String id, Severity severity, String fixedIn) {
        return new Finding(
                id, List.of("CVE-" + id), OLD_JINJA, severity, "A fault", List.of(fixedIn), Optional.empty());
    }

    private static RuntimeException unavailable() {
        return new Problem.Unavailable("advisories-unavailable", "There are no advisories here.", Duration.ofHours(1))
                .asException();
    }
}
