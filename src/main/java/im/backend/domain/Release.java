package im.backend.domain;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What can be put live again without a build: an image by digest, the config that it ran with, and the versions of the
 * secrets that it saw.
 *
 * @param manifest with the project's own env and scale already merged in
 * @param secretVersions of each secret that the manifest's env names
 */
public record Release(
        ProjectId project,
        ReleaseVersion version,
        DeploymentId deployment,
        CommitHash commit,
        Digest image,
        AppManifest manifest,
        SortedMap<SecretName, Integer> secretVersions,
        Deployment.Origin origin,
        Instant createdAt) {

    public Release {
        secretVersions = Collections.unmodifiableSortedMap(new TreeMap<>(secretVersions));
    }

    public ReleaseName name() {
        return new ReleaseName(project, commit);
    }
}
