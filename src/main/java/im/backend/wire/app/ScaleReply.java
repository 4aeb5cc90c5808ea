package im.backend.wire.app;

import im.backend.wire.deployment.DeploymentReply;
import java.util.Optional;

/** @param deployment the one that brings the replicas up; absent while nothing is live */
public record ScaleReply(int replicas, Optional<DeploymentReply> deployment) {}
