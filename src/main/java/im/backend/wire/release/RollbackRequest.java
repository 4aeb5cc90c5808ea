package im.backend.wire.release;

import java.util.Optional;

/**
 * {@code POST /v1/projects/{project}/rollback}.
 *
 * @param version as {@code v12}; absent means the good release before the live one
 */
public record RollbackRequest(Optional<String> version) {}
