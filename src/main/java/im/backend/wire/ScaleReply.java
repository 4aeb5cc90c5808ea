package im.backend.wire;

import java.util.Optional;

/** @param deployment the one that brings the replicas up; absent while nothing is live */
public record ScaleReply(int replicas, Optional<DeploymentReply> deployment) {}
