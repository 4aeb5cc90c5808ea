package im.backend.deploy;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Digest;
import im.backend.domain.Release;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What people are told of a deployment's stages (seed 004 has these sentences, and is the only place of emoji). */
final class Wording {
    private static final int DIGEST_SHOWN = 12;

    private Wording() {}

    static List<String> queued(Deployment deployment) {
        String commit = deployment.commit().shortForm();
        return List.of(
                switch (deployment.origin()) {
                    case UPLOAD, PUSH -> "⏳ Deployment queued (commit: " + commit + ")";
                    case ROLLBACK -> "⏳ Rollback queued (commit: " + commit + ")";
                    case CONFIG_CHANGE -> "⏳ Restart queued (commit: " + commit + ")";
                    case START -> "⏳ Start queued (commit: " + commit + ")";
                });
    }

    /** A gap is announced before it opens. */
    static String gap(ReleasePlan plan) {
        String shared = plan.manifest().volumes().isEmpty() ? "port" : "volume";
        return "The old release is stopped before the new one starts, because both can not share the " + shared
                + ": expect a gap of a few seconds.";
    }

    static String entered(DeploymentStatus status, ReleasePlan plan) {
        Deployment deployment = plan.deployment();
        return switch (status) {
            case QUEUED -> queued(deployment).getFirst();
            case COMMITTING ->
                "📦 Committing files to repository (commit: "
                        + deployment.commit().shortForm() + ")";
            case CREATING_NAMESPACE -> "🏗️ Creating namespace: " + deployment.releaseName();
            case CREATING_PVC -> "💾 Creating persistent volume claim: " + deployment.releaseName();
            case BUILDING ->
                plan.base()
                        .map(base -> "🔨 Building is not needed: the image of " + base.version() + " is used again ("
                                + shortened(base.image()) + ")")
                        .orElse("🔨 Building the image");
            case DEPLOYING -> "🚀 Deploying application (" + plan.version() + ")";
            case HEALTH_CHECK -> "🩺 Running health checks";
            case COMPLETE, FAILED -> throw new IllegalArgumentException("status: " + status);
        };
    }

    static List<String> completed(Release release, URI url) {
        return List.of("✅ Deployment complete!", release.version() + " is live at " + url);
    }

    /** As a person says it: {@code 80 ms}, {@code 2.5 s}, {@code 10 min}. */
    static String of(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toMillis() + " ms";
        }
        if (duration.compareTo(Duration.ofMinutes(2)) > 0 && duration.toSecondsPart() == 0) {
            return duration.toMinutes() + " min";
        }
        double seconds = duration.toMillis() / 1000.0;
        return seconds == Math.rint(seconds) ? (long) seconds + " s" : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static String shortened(Digest digest) {
        return "sha256:" + digest.hex().substring(0, DIGEST_SHOWN);
    }
}
