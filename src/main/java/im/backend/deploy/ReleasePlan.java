package im.backend.deploy;

import im.backend.domain.AppManifest;
import im.backend.domain.Deployment;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.domain.SourceTree;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a deployment is to make live, settled before its first stage.
 *
 * @param base the release whose image is used again; empty when {@code tree} is to be built
 * @param manifest with the project's own env and scale merged in
 * @param secretVersions of each secret that the manifest's env names
 */
record ReleasePlan(
        Project project,
        Deployment deployment,
        SourceTree tree,
        Optional<Release> base,
        AppManifest manifest,
        SortedMap<SecretName, Integer> secretVersions,
        ReleaseVersion version,
        Instant plannedAt) {

    ReleasePlan {
        secretVersions = Collections.unmodifiableSortedMap(new TreeMap<>(secretVersions));
    }

    Release release(Digest image) {
        return new Release(
                project.id(),
                version,
                deployment.id(),
                deployment.commit(),
                image,
                manifest,
                secretVersions,
                deployment.origin(),
                plannedAt);
    }
}
