package im.backend.wire.deployment;

import java.util.Optional;

/**
 * {@code POST /v1/projects/{project}/deployments}.
 *
 * @param commit 40 or the first 12 digits; absent means the newest
 */
public record DeployCommitRequest(Optional<String> commit) {}
