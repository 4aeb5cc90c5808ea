package im.backend.wire.server;

/** A repository of the image registry. */
public record RepositoryBody(String name, int tags) {}
