package im.backend.registry;

import java.time.Instant;

/** @param storedAt by the clock of the store */
public record StoredObject(String key, long sizeBytes, Instant storedAt) {}
