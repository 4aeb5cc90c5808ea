package im.backend.domain;

import im.backend.problem.Problem;
import java.time.Instant;
import java.util.Map;

/**
 * When a command is run again and again: minute, hour, day of the month, month and day of the week as crontab(5) has them,
 * or one word for the five. All times are UTC, so that no hour comes twice or not at all.
 *
 * <p>Names are JAN to DEC and SUN to SAT, 7 is Sunday too. Where both days are restricted, a day that meets either counts.
 *
 * @param text as it was written, with single blanks
 */
public record Schedule(String text) {
    private static final int LENGTH_MAX = 400;
    private static final Map<String, String> WORDS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *");

    /** Fails with {@code config-invalid}, which names the field, its value and what is allowed. */
    public Schedule {
        if (text.length() > LENGTH_MAX) {
            throw refused(text.length() + " characters (expected: <= " + LENGTH_MAX + ")");
        }
        text = String.join(" ", text.strip().split("[ \t]+"));
        fields(text);
    }

    /** The first minute behind a moment. There is one within eight years: a schedule that never comes is refused. */
    public Instant next(Instant after) {
        return fields(text).next(after);
    }

    /** The same in five fields of numbers, which all readers of crontabs take for the same. */
    public String inNumbers() {
        return fields(text).inNumbers();
    }

    @Override
    public String toString() {
        return text;
    }

    private static ScheduleFields fields(String text) {
        if (!text.startsWith("@")) {
            return ScheduleFields.parse(text);
        }
        String meant = WORDS.get(text);
        if (meant == null) {
            throw refused(Quoted.of(text) + " (expected: @hourly, @daily, @weekly, @monthly, @yearly or five fields)");
        }
        return ScheduleFields.parse(meant);
    }

    static RuntimeException refused(String why) {
        return new Problem.Invalid("config-invalid", "schedule: " + why).asException();
    }
}
