package im.backend.build;

import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.sbom.Sbom;
import java.util.Collection;
import java.util.Optional;

/** Source becomes an OCI image by digest. Safe for several threads. */
public interface ImageBuilder {
    /**
     * Plans, installs dependencies, runs the build command and the tests, and assembles the image. Same source and
     * manifest, same digest. Interrupting the thread kills every process of the build within 10 s.
     * Fails with {@code StageFailed}: {@code detection-failed}, {@code build-failed}, {@code test-failed},
     * {@code timeout}, {@code out-of-memory}; the evidence is the last 50 lines.
     */
    BuiltImage build(BuildRequest request, BuildListener listener);

    /** The image as folders on this host, unpacked when they are not there; without any where images are pulled. Fails with Gone {@code release-gone}. */
    ReleaseImage open(Digest image);

    /** The bill of materials; empty when none was written, as for an image that somebody else built. */
    Optional<Sbom> sbom(Digest image);

    /**
     * The image is a project's release from now on: it is soon named so, and its bill of materials and provenance hang on it
     * for whoever pulls it. Returns at once, and an image that is gone is no failure.
     */
    void released(ProjectId project, Digest image, ReleaseVersion version);

    /**
     * Removes the unpacked folders that none of {@code live} needs and that were not used for an hour, and the names of
     * their images, so that the registry can collect them.
     */
    void prune(Collection<Digest> live);

    /** Removes what builds of this project left beside its images; does nothing when there is nothing. */
    void forget(ProjectId project);
}
