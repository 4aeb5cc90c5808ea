package im.backend.deploy;

import im.backend.store.DeploymentLog.Idempotency;
import java.util.Optional;

/**
 * A commit that is in the store already, to be made live.
 *
 * @param project name or id
 * @param commit 40 hex digits, or the first 7 or more of a commit on main; absent means the head of main
 */
public record CommitRequest(String project, Optional<String> commit, Optional<Idempotency> idempotency) {}
