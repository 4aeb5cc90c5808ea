package im.backend.wire;

/** A repository of the image registry. */
public record RepositoryBody(String name, int tags) {}
