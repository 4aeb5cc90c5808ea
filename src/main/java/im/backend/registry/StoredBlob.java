package im.backend.registry;

import im.backend.domain.Digest;

/** Bytes that are in the registry, whole and verified. */
public record StoredBlob(Digest digest, long sizeBytes) {}
