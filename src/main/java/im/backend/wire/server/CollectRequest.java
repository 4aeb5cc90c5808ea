package im.backend.wire.server;

import java.util.Optional;

/**
 * {@code POST /v1/registry/collect}.
 *
 * @param dryRun only to say what would go; absent means no
 */
public record CollectRequest(Optional<Boolean> dryRun) {}
