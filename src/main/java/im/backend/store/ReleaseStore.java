package im.backend.store;

import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import java.util.List;
import java.util.Optional;

/** Releases that went live; they are added by {@link DeploymentLog#complete} only. */
public interface ReleaseStore {
    Optional<Release> find(ProjectId project, ReleaseVersion version);

    /** The one with the highest version, live or not. */
    Optional<Release> latest(ProjectId project);

    /** Newest first, those before {@code before} (exclusive). */
    List<Release> list(ProjectId project, int before, int countMax);

    /** The live release of every project, to bring them up after a restart. */
    List<Release> live();

    /** Every release that is kept, to know which images are needed. */
    List<Release> kept();

    /** Forgets all but the newest {@code count} (at least 1) and the live one. */
    void keepNewest(ProjectId project, int count);
}
