package im.backend.cli.terminal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Times as people read them. */
public final class Times {
    private Times() {}

    /** {@code 0.3s}, {@code 12.4s}, {@code 3m 05s}. */
    public static String span(Duration span) {
        long millis = Math.max(0, span.toMillis());
        if (millis < 60_000) {
            long tenths = (millis + 50) / 100;
            return tenths / 10 + "." + tenths % 10 + "s";
        }
        long seconds = millis / 1000 % 60;
        return span.toMinutes() + "m " + (seconds < 10 ? "0" : "") + seconds + "s";
    }

    public static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    /** {@code 5m ago}. */
    public static String age(Instant at, Clock clock) {
        long seconds = Math.max(0, Duration.between(at, clock.instant()).toSeconds());
        if (seconds < 60) {
            return seconds + "s ago";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m ago";
        }
        return seconds < 86_400 ? seconds / 3_600 + "h ago" : seconds / 86_400 + "d ago";
    }

    /** {@code 34 KB}, {@code 1.2 MB}. */
    public static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return bytes / 1_000 + " KB";
        }
        long tenths = bytes / 100_000;
        return tenths / 10 + "." + tenths % 10 + " MB";
    }
}
