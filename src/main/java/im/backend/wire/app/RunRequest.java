package im.backend.wire.app;

/** {@code POST /v1/projects/{project}/run}: a command of the live release, as backend.yml would write it. */
public record RunRequest(String command) {}
