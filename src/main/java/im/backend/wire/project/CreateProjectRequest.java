package im.backend.wire.project;

/** {@code POST /v1/projects}. */
public record CreateProjectRequest(String name) {}
