package im.backend.registry;

import im.backend.domain.Digest;
import java.util.Optional;

/**
 * @param mediaType as the pusher called it
 * @param subject the manifest that this one is about
 * @param content the bytes that {@code digest} is of
 */
public record StoredManifest(Digest digest, String mediaType, Optional<Digest> subject, byte[] content) {}
