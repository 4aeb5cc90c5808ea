package im.backend.orchestrator.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Whole lines of a log.
 *
 * @param offset in the log of the first byte
 */
record LineBlock(long offset, byte[] bytes) {
    /** Behind the last byte. */
    long end() {
        return offset + bytes.length;
    }

    /** Those of apps, oldest first. */
    List<StoredLine> lines() {
        List<StoredLine> lines = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int next = endOfLine(bytes, from);
            StoredLine.parse(bytes, from, next - 1, offset + next).ifPresent(lines::add);
            from = next;
        }
        return lines;
    }

    /** Behind the next line break, or the end of the bytes when there is none. */
    static int endOfLine(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, bytes.length);
    }

    /** Behind the last line break before {@code to}, or 0 when there is none. */
    static int startOfLine(byte[] bytes, int to) {
        int at = to;
        while (at > 0 && bytes[at - 1] != '\n') {
            at--;
        }
        return at;
    }
}
