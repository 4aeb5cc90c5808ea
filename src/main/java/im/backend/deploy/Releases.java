package im.backend.deploy;

import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import java.util.List;

/** What was live once, and can be again without a build. */
public final class Releases {
    /** Newest first, those before version {@code before} (exclusive; {@code Integer.MAX_VALUE} for the first page). */
    public List<Release> list(Caller caller, String project, int before, int countMax) {
        throw new UnsupportedOperationException();
    }

    public Release find(Caller caller, String project, ReleaseVersion version) {
        throw new UnsupportedOperationException();
    }

    /** To the release before the live one; Conflict {@code no-release} when there is none. */
    public Deployment rollback(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /** To that release; Gone {@code release-gone} when it is not kept any more. */
    public Deployment rollback(Caller caller, String project, ReleaseVersion version) {
        throw new UnsupportedOperationException();
    }
}
