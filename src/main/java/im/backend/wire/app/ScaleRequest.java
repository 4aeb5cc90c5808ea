package im.backend.wire.app;

/** {@code POST /v1/projects/{project}/scale}. */
public record ScaleRequest(int replicas) {}
