package im.backend.wire.project;

import java.time.Instant;
import java.util.Optional;

/**
 * @param release the version that serves, as {@code v12}; absent before the first success and while stopped
 * @param url where the live release answers
 */
public record ProjectBody(
        String id, String name, String owner, Instant createdAt, Optional<String> release, Optional<String> url) {}
