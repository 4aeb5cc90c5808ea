package im.backend.orchestrator.log;

import im.backend.orchestrator.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Reads one line of a project's log back: {@code millis deployment process ordinal release text}. */
public record StoredLine(String tag, LogLine line) {
    /** Begins a line that is not an app's but tells how far an instance's output was taken over. */
    static final byte PROGRESS = '=';

    private static final int FIELDS = 6;

    /**
     * @param end offset in the log of what follows the line, which is its position
     * @return empty for a progress line, and for anything that this version did not write
     */
    static Optional<StoredLine> parse(byte[] bytes, int from, int to, long end) {
        if (from >= to || bytes[from] == PROGRESS) {
            return Optional.empty();
        }
        String[] fields = new String(bytes, from, to - from, StandardCharsets.UTF_8).split(" ", FIELDS);
        if (fields.length < FIELDS) {
            return Optional.empty();
        }
        try {
            LogLine line = new LogLine(
                    end,
                    Instant.ofEpochMilli(Long.parseLong(fields[0])),
                    fields[2],
                    Integer.parseInt(fields[3]),
                    fields[1],
                    fields[4],
                    fields[5]);
            return Optional.of(new StoredLine(fields[1] + " " + fields[2] + " " + fields[3], line));
        } catch (NumberFormatException foreign) {
            return Optional.empty();
        }
    }
}
