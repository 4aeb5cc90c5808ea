package im.backend.deploy;

import im.backend.deploy.progress.Wording;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Digest;
import im.backend.domain.Hostname;
import im.backend.domain.Release;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** What people are told of a deployment's stages (seed 004 has these sentences, and is the only place of emoji). */
final class StageWording {
    private static final int DIGEST_SHOWN = 12;

    private StageWording() {}

    /** A gap is announced before it opens. */
    static String gap(ReleasePlan plan) {
        String shared = plan.manifest().volumes().isEmpty() ? "port" : "volume";
        return "The old release is stopped before the new one starts, because both can not share the " + shared
                + ": expect a gap of a few seconds.";
    }

    static String entered(DeploymentStatus status, ReleasePlan plan) {
        Deployment deployment = plan.deployment();
        return switch (status) {
            case QUEUED -> Wording.queued(deployment).getFirst();
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

    static List<String> completed(Release release, URI url, SortedMap<Hostname, String> unsecured) {
        List<String> lines = new ArrayList<>();
        lines.add("✅ Deployment complete!");
        lines.add(release.version() + " is live at " + url);
        unsecured.forEach((host, why) -> lines.add(host + " has no certificate yet: " + why + ". It is asked for again"
                + " and again; backendim status says how far it is."));
        return lines;
    }

    private static String shortened(Digest digest) {
        return "sha256:" + digest.hex().substring(0, DIGEST_SHOWN);
    }
}
