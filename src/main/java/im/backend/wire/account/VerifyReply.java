package im.backend.wire.account;

/** {@code GET /api/auth/verify} (seed 004): whom the token stands for. */
public record VerifyReply(boolean valid, String userId, String email) {}
