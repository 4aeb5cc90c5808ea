package im.backend.wire;

/** A file of a commit, without its content. */
public record FileBody(String path, long sizeBytes, boolean executable) {}
