package im.backend.wire.source;

import java.time.Instant;

/** {@code commitHash} has 12 digits, {@code commit} all 40. */
public record CommitBody(String commit, String commitHash, String author, String message, Instant at) {}
