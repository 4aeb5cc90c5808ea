package im.backend.source;

import im.backend.domain.CommitHash;
import java.time.Instant;

public record Commit(CommitHash hash, String treeHash, String author, String message, Instant at) {}
