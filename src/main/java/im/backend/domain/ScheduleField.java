package im.backend.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One field of a {@link Schedule}.
 *
 * @param bits bit n is set when n is among its numbers
 * @param star whether it begins with a star, which is what makes a day of a crontab unrestricted
 */
record ScheduleField(Kind kind, String text, long bits, boolean star) {
    enum Kind {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY("day of the month", 1, 31, List.of()),
        MONTH(
                "month",
                1,
                12,
                List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
        WEEKDAY("day of the week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"));

        private static final int SUNDAY = 7;

        private final String words;
        private final int min;
        private final int max;
        private final List<String> names;

        Kind(String words, int min, int max, List<String> names) {
            this.words = words;
            this.min = min;
            this.max = max;
            this.names = names;
        }

        String words() {
            return words;
        }

        private String bounds() {
            String numbers = min + " to " + max;
            return names.isEmpty()
                    ? numbers
                    : numbers + ", or " + names.getFirst() + " to " + (this == WEEKDAY ? "SAT" : "DEC");
        }

        /** Sunday has two numbers and one bit. */
        private long bit(int number) {
            return 1L << (this == WEEKDAY && number == SUNDAY ? 0 : number);
        }

        private long all() {
            long all = 0;
            for (int number = min; number <= max; number++) {
                all |= bit(number);
            }
            return all;
        }
    }

    static ScheduleField parse(Kind kind, String text) {
        long bits = 0;
        for (String item : text.split(",", -1)) {
            bits |= new Item(kind, item).bits();
        }
        return new ScheduleField(kind, text, bits, text.startsWith("*"));
    }

    boolean has(int number) {
        return (bits & kind.bit(number)) != 0;
    }

    boolean isFull() {
        return bits == kind.all();
    }

    String inNumbers() {
        List<String> numbers = new ArrayList<>();
        for (int number = kind.min; number < Long.SIZE; number++) {
            if ((bits & 1L << number) != 0) {
                numbers.add(Integer.toString(number));
            }
        }
        return String.join(",", numbers);
    }

    /** {@code *}, {@code 5}, {@code 1-5}, and both of the wide ones with {@code /2} behind it. */
    private record Item(Kind kind, String text) {
        long bits() {
            String[] sides = text.split("/", 2);
            String range = sides[0];
            int step = sides.length == 1 ? 1 : step(sides[1]);
            if (range.equals("*")) {
                return bits(kind.min, kind.max, step);
            }
            String[] ends = range.split("-", 2);
            int from = number(ends[0]);
            if (ends.length == 1) {
                if (sides.length == 2) {
                    throw refused("a step behind * or a range, as in " + from + "-" + kind.max + "/" + step);
                }
                return kind.bit(from);
            }
            int to = lastNumber(ends[1]);
            if (to < from) {
                throw refused("the smaller one first, as in " + from + "-" + kind.max + "," + kind.min + "-" + to);
            }
            return bits(from, to, step);
        }

        private long bits(int from, int to, int step) {
            long bits = 0;
            for (int number = from; number <= to; number += step) {
                bits |= kind.bit(number);
            }
            return bits;
        }

        /** {@code FRI-SUN} ends with the week. */
        private int lastNumber(String word) {
            return kind == Kind.WEEKDAY && word.equalsIgnoreCase("SUN") ? Kind.SUNDAY : number(word);
        }

        private int number(String word) {
            int named = kind.names.indexOf(word.toUpperCase(Locale.ROOT));
            if (named >= 0) {
                return kind.min + named;
            }
            int number = digits(word);
            if (number < kind.min || number > kind.max) {
                throw refused(kind.bounds());
            }
            return number;
        }

        private int step(String word) {
            int step = digits(word);
            if (step < 1 || step > kind.max) {
                throw refused("a step of 1 to " + kind.max + ", as in */2");
            }
            return step;
        }

        /** -1 for what is no number, or a longer one than any field has. */
        private static int digits(String word) {
            return word.matches("[0-9]{1,2}") ? Integer.parseInt(word) : -1;
        }

        private RuntimeException refused(String expected) {
            return Schedule.refused(kind.words + " " + Quoted.of(text) + " (expected: " + expected + ")");
        }
    }
}
