package im.backend.wire;

/** {@code POST /v1/projects/{project}/scale}. */
public record ScaleRequest(int replicas) {}
