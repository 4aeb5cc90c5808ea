package im.backend.wire.source;

/** A file of a commit, without its content. */
public record FileBody(String path, long sizeBytes, boolean executable) {}
