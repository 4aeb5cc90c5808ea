package im.backend.build;

import im.backend.domain.Digest;

/**
 * A base image that is in the registry here, whole and verified.
 *
 * @param reference what it was asked for by
 * @param repository of the registry here that holds it
 * @param digest of its manifest: a build that uses it records this, so that it never moves by itself
 * @param sizeBytes of its layers as they are stored
 */
public record ImageBase(ImageReference reference, String repository, Digest digest, int layers, long sizeBytes) {}
