package im.backend.wire.server;

/**
 * A copy of the server's state.
 *
 * @param file on the server's machine
 */
public record BackupReply(String file, long bytes) {}
