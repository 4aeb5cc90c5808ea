package im.backend.deploy;

import im.backend.build.ImageBuilder;
import im.backend.domain.Caller;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.problem.Problem;
import im.backend.sbom.Sbom;
import im.backend.scan.ScanReport;
import im.backend.scan.Scanning;

/**
 * What a release is made of, and what is known to be wrong with it. Nothing is stored: the bill of materials never changes
 * and advisories do every day, so each answer is of now.
 */
public final class Scans {
    private final Releases releases;
    private final ImageBuilder images;
    private final Scanning scanning;

    Scans(Releases releases, ImageBuilder images, Scanning scanning) {
        this.releases = releases;
        this.images = images;
        this.scanning = scanning;
    }

    /** NotFound {@code not-found} for a release whose image has none. */
    public Sbom sbom(Caller caller, String project, ReleaseVersion version) {
        Release release = releases.find(caller, project, version);
        return images.sbom(release.image())
                .orElseThrow(() -> new Problem.NotFound("Release " + version + " of " + release.project()
                                + " has no bill of materials: its image was built by a Dockerfile or by an older"
                                + " server. Deploy it again.")
                        .asException());
    }

    /** Unavailable {@code advisories-unavailable} when the server has nothing to look packages up in. */
    public ScanReport scan(Caller caller, String project, ReleaseVersion version) {
        return scanning.policy().judge(scanning.scanner().scan(sbom(caller, project, version)));
    }
}
