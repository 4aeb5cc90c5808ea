package im.backend.wire;

/** {@code POST /v1/projects}. */
public record CreateProjectRequest(String name) {}
