package im.backend.wire.project;

import java.time.Instant;

/** A secret without its value. Equal fingerprints within one project mean equal values. */
public record SecretBody(String name, int version, String fingerprint, Instant updatedAt) {}
