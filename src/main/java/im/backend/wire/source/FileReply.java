package im.backend.wire.source;

/**
 * One file with its content.
 *
 * @param commit that it was read from; give it back as {@code parent} when the file is saved
 */
public record FileReply(
        String path, String commit, String content, FileContent.Encoding encoding, boolean executable) {}
