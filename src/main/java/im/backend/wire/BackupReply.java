package im.backend.wire;

/**
 * A copy of the server's state.
 *
 * @param file on the server's machine
 */
public record BackupReply(String file, long bytes) {}
