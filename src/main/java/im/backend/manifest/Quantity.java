package im.backend.manifest;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people write them: {@code 512Mi}, {@code 0.5} of a core, {@code 30s}. Each can be written and read back exactly. */
final class Quantity {
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,15})(B|K|M|G|Ki|Mi|Gi)");
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern MILLIS_OF_CORE = Pattern.compile("([0-9]{1,6})m");
    private static final Pattern CORES = Pattern.compile("([0-9]{1,3})(?:\\.([0-9]{1,3}))?");

    private Quantity() {}

    static Optional<Long> bytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long unit = unitBytes(matcher.group(2));
        long count = Long.parseLong(matcher.group(1));
        return count > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(count * unit);
    }

    private static long unitBytes(String unit) {
        return switch (unit) {
            case "K" -> 1_000;
            case "M" -> 1_000_000;
            case "G" -> 1_000_000_000;
            case "Ki" -> 1L << 10;
            case "Mi" -> 1L << 20;
            case "Gi" -> 1L << 30;
            default -> 1;
        };
    }

    static String writeBytes(long bytes) {
        if (bytes > 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "Gi";
        }
        if (bytes > 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "Mi";
        }
        return bytes + "B";
    }

    /**
     * Thousandths of a core from {@code 0.5} or {@code 500m}. Not by BigDecimal: the tables that it makes when it is first
     * used would take 14 ms of a command that asks no server.
     */
    static Optional<Integer> cpuMillis(String text) {
        Matcher millis = MILLIS_OF_CORE.matcher(text);
        if (millis.matches()) {
            return Optional.of(Integer.valueOf(millis.group(1)));
        }
        Matcher cores = CORES.matcher(text);
        if (!cores.matches()) {
            return Optional.empty();
        }
        String fraction = Objects.requireNonNullElse(cores.group(2), "") + "000";
        return Optional.of(Integer.parseInt(cores.group(1)) * 1_000 + Integer.parseInt(fraction.substring(0, 3)));
    }

    static String writeCpu(int millis) {
        String thousandths = Integer.toString(1_000 + millis % 1_000).substring(1);
        return (millis / 1_000 + "." + thousandths).replaceFirst("\\.?0+$", "");
    }

    static Optional<Duration> span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                });
    }

    static String writeSpan(Duration span) {
        return span.toMillisPart() == 0 ? span.toSeconds() + "s" : span.toMillis() + "ms";
    }
}
