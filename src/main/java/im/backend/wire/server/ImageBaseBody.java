package im.backend.wire.server;

/**
 * A base image that is in the registry here.
 *
 * @param reference what runtimes name it by
 * @param repository that it can be pulled from here
 * @param sizeBytes of its layers as they are stored
 */
public record ImageBaseBody(String reference, String repository, String digest, int layers, long sizeBytes) {}
