package im.backend.domain;

import java.time.Instant;

/**
 * An event with its place in the deployment's log.
 *
 * @param sequence 1, 2, 3, ... without gaps within one deployment; a watcher resumes after the last one it saw
 */
public record LoggedEvent(DeploymentId deployment, long sequence, Instant at, DeploymentEvent event) {}
