package im.backend.registry;

import im.backend.domain.Digest;

/**
 * @param mediaType as the pusher called it
 * @param content the bytes that {@code digest} is of
 */
public record StoredManifest(Digest digest, String mediaType, byte[] content) {}
