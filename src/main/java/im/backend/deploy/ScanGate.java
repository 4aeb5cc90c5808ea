package im.backend.deploy;

import im.backend.build.ImageBuilder;
import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.sbom.Sbom;
import im.backend.scan.Finding;
import im.backend.scan.ScanReport;
import im.backend.scan.Scanning;
import im.backend.scan.Severity;
import im.backend.scan.Updates;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps a new image with known faults from going live, where the operator wants it so. An image that can not be judged
 * does not pass either: else the gate would be open to whoever knows how not to be judged. Rollbacks never come here, since
 * they must work on the worst of days.
 */
final class ScanGate {
    static final String BLOCKED = "scan-blocked";
    static final String FAILED = "scan-failed";
    private static final int EVIDENCE_MAX = 50;
    private static final int FIXES_MAX = 5;

    private final ImageBuilder images;
    private final Scanning scanning;

    ScanGate(ImageBuilder images, Scanning scanning) {
        this.images = images;
        this.scanning = scanning;
    }

    /**
     * Does nothing, and reads nothing, when nothing is to be blocked.
     *
     * @throws ProblemException StageFailed {@code scan-blocked} or {@code scan-failed}
     */
    void check(Digest image, Consumer<String> output) {
        Optional<Severity> block = scanning.policy().block();
        if (block.isEmpty()) {
            return;
        }
        ScanReport report = scanning.policy().judge(scan(image));
        report.notes().forEach(note -> output.accept("scan: " + note));
        List<Finding> blocking = scanning.policy().blocking(report);
        output.accept("scan: " + report.packages() + " packages, "
                + report.findings().size() + " findings, " + blocking.size() + " of them at or above "
                + block.get().wireName());
        if (!blocking.isEmpty()) {
            throw blocked(block.get(), blocking).asException();
        }
    }

    private ScanReport scan(Digest image) {
        Sbom sbom = images.sbom(image)
                .orElseThrow(() -> new Problem.StageFailed(
                                FAILED,
                                "The image has no list of its packages, so it can not be scanned, and scan.block lets"
                                        + " nothing pass that was not.",
                                "Let the platform build the app without a Dockerfile, or ask the operator to set"
                                        + " scan.block to none.",
                                List.of())
                        .asException());
        try {
            return scanning.scanner().scan(sbom);
        } catch (ProblemException failed) {
            if (failed.problem() instanceof Problem.Unavailable unavailable) {
                throw new Problem.StageFailed(
                                FAILED,
                                "The image could not be scanned, and scan.block lets nothing pass that was not: "
                                        + unavailable.detail(),
                                "The operator mends scan.source or sets scan.block to none; `backendim doctor` shows"
                                        + " what the server sees.",
                                List.of())
                        .asException(failed);
            }
            throw failed;
        }
    }

    private static Problem.StageFailed blocked(Severity block, List<Finding> blocking) {
        String count = blocking.size() == 1 ? "a known fault" : blocking.size() + " known faults";
        return new Problem.StageFailed(
                BLOCKED,
                "The image has " + count + " at or above " + block.wireName() + ", the worst: "
                        + blocking.getFirst().line() + ".",
                fix(blocking),
                blocking.stream().limit(EVIDENCE_MAX).map(Finding::line).toList());
    }

    private static String fix(List<Finding> blocking) {
        String updates = Updates.of(blocking).text(FIXES_MAX);
        return updates.isEmpty()
                ? "None of them is mended yet: do without the package, or ask the operator to list the id in"
                        + " scan.ignore."
                : "Update " + updates + ", in the lock file too.";
    }
}
