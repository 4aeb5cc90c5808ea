package im.backend.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
    private static final int RANDOM_SCHEDULES = 2_000;
    private static final int DAYS_LOOKED_AT = 3_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */5 * * * *          | 2026-11-22T10:00:00Z    | 2026-11-22T10:05:00Z
            */5 * * * *          | 2026-11-22T10:04:59.999Z| 2026-11-22T10:05:00Z
            */7 * * * *          | 2026-11-22T10:56:00Z    | 2026-11-22T11:00:00Z
            0 0 29 2 *           | 2026-01-01T00:00:00Z    | 2028-02-29T00:00:00Z
            0 0 29 2 *           | 2096-02-29T00:00:00Z    | 2104-02-29T00:00:00Z
            30 3 * * MON-FRI     | 2026-11-20T04:00:00Z    | 2026-11-23T03:30:00Z
            0 12 * * 7           | 2026-11-20T00:00:00Z    | 2026-11-22T12:00:00Z
            0 12 * * 0           | 2026-11-20T00:00:00Z    | 2026-11-22T12:00:00Z
            0 12 * * fri-sun     | 2026-11-21T13:00:00Z    | 2026-11-22T12:00:00Z
            0 12 * * 5-7         | 2026-11-21T13:00:00Z    | 2026-11-22T12:00:00Z
            0 0 13 * 5           | 2026-11-06T00:00:00Z    | 2026-11-13T00:00:00Z
            0 0 13 * 5           | 2026-12-12T00:00:00Z    | 2026-12-13T00:00:00Z
            0 0 1-31 * MON       | 2026-11-24T00:00:00Z    | 2026-11-25T00:00:00Z
            0 0 */2 * *          | 2026-11-29T00:00:00Z    | 2026-12-01T00:00:00Z
            59 23 31 12 *        | 2026-12-31T23:59:00Z    | 2027-12-31T23:59:00Z
            0 0 31 4-6,11 *      | 2026-01-01T00:00:00Z    | 2026-05-31T00:00:00Z
            10-20/5,50 8 * Jan * | 2026-06-01T00:00:00Z    | 2027-01-01T08:10:00Z
            10-20/5,50 8 * Jan * | 2027-01-01T08:20:00Z    | 2027-01-01T08:50:00Z
            @hourly              | 2026-11-22T10:00:00Z    | 2026-11-22T11:00:00Z
            @daily               | 2026-11-22T10:00:00Z    | 2026-11-23T00:00:00Z
            @weekly              | 2026-11-22T10:00:00Z    | 2026-11-29T00:00:00Z
            @monthly             | 2026-11-22T10:00:00Z    | 2026-12-01T00:00:00Z
            @yearly              | 2026-11-22T10:00:00Z    | 2027-01-01T00:00:00Z
            """)
    void theNextTimeIsTheFirstBehindTheMoment(String text, Instant after, Instant next) {
        assertThat(new Schedule(text).next(after)).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            60 * * * *      | schedule: minute "60" (expected: 0 to 59)
            * 24 * * *      | schedule: hour "24" (expected: 0 to 23)
            * * 0 * *       | schedule: day of the month "0" (expected: 1 to 31)
            * * * 13 *      | schedule: month "13" (expected: 1 to 12, or JAN to DEC)
            * * * JANUARY * | schedule: month "JANUARY" (expected: 1 to 12, or JAN to DEC)
            * * * * 8       | schedule: day of the week "8" (expected: 0 to 7, or SUN to SAT)
            MON * * * *     | schedule: minute "MON" (expected: 0 to 59)
            -1 * * * *      | schedule: minute "-1" (expected: 0 to 59)
            1, * * * *      | schedule: minute "" (expected: 0 to 59)
            1-70 * * * *    | schedule: minute "1-70" (expected: 0 to 59)
            * 22-2 * * *    | schedule: hour "22-2" (expected: the smaller one first, as in 22-23,0-2)
            */0 * * * *     | schedule: minute "*/0" (expected: a step of 1 to 59, as in */2)
            */x * * * *     | schedule: minute "*/x" (expected: a step of 1 to 59, as in */2)
            5/15 * * * *    | schedule: minute "5/15" (expected: a step behind * or a range, as in 5-59/15)
            ?  * * * *      | schedule: minute "?" (expected: 0 to 59)
            """)
    void aFieldThatIsNotAllowedIsNamedWithItsBounds(String text, String message) {
        assertThatThrownBy(() -> new Schedule(text))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().detail()).isEqualTo(message));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            * * * *          | has 4 fields
            0 * * * * *      | has 6 fields
            ''               | has 0 fields
            @reboot          | (expected: @hourly, @daily, @weekly, @monthly, @yearly or five fields)
            0 0 30 2 *       | never comes
            0 0 31 4,6,9 *   | never comes
            0 0 */2 * MON    | do not agree
            0 0 1 * */2      | do not agree
            """)
    void aScheduleWithoutMeaningIsRefused(String text, String message) {
        assertThatThrownBy(() -> new Schedule(text))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().detail()).contains(message));
    }

    @Test
    void aScheduleOfAnyLengthIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> new Schedule("1,".repeat(100_000)))
                .hasMessageContaining("200000 characters (expected: <= 400)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */15 *  * JAN,FEB SUN-MON | 0,15,30,45 * * 1,2 0,1
            0 0 1-31 * 0-7            | 0 0 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31 * 0,1,2,3,4,5,6
            0 0 */10 * 0-7            | 0 0 1,11,21,31 * *
            0-59 0-23/1 * * 7         | * * * * 0
            @weekly                   | 0 0 * * 0
            """)
    void inNumbersItMeansTheSameToEveryReader(String text, String numbers) {
        assertThat(new Schedule(text).inNumbers()).isEqualTo(numbers);
    }

    @Test
    void blanksAreOne() {
        assertThat(new Schedule("  0\t0  * *   1 "))
                .isEqualTo(new Schedule("0 0 * * 1"))
                .hasToString("0 0 * * 1");
    }

    @Test
    void randomSchedulesAgreeWithALookAtEachMinute() {
        Random random = new Random(7);
        for (int i = 0; i < RANDOM_SCHEDULES; i++) {
            Made made = Made.random(random);
            Schedule schedule = new Schedule(made.text());
            LocalDateTime from = LocalDateTime.of(2027, 1, 1, 0, 0).plusMinutes(random.nextInt(2_000_000));

            Instant next = schedule.next(from.toInstant(ZoneOffset.UTC));

            assertThat(next).as("%s after %s", made.text(), from).isEqualTo(made.next(from));
            assertThat(new Schedule(schedule.inNumbers()).next(from.toInstant(ZoneOffset.UTC)))
                    .as("%s, which is %s", schedule.inNumbers(), made.text())
                    .isEqualTo(next);
        }
    }

    @ParameterizedTest
    @MethodSource("croniter")
    void anotherReaderOfCrontabsAgrees(String text, Instant after, Instant next) {
        assertThat(new Schedule(text).next(after)).isEqualTo(next);
    }

    /** Written by croniter 7.0.0 for random schedules: schedule, moment, the first time behind it. */
    static Stream<Object[]> croniter() throws IOException {
        try (InputStream in = ScheduleTest.class.getResourceAsStream("schedules.csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(line -> line.split(";"))
                            .<Object[]>map(
                                    cells -> new Object[] {cells[0], Instant.parse(cells[1]), Instant.parse(cells[2])})
                            .toList()
                            .stream();
        }
    }

    /** A schedule made from the sets that it means, so that nothing has to be read to know them. */
    private record Made(List<Field> fields) {
        private static final int[][] BOUNDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};

        private record Field(String text, Set<Integer> numbers) {
            static Field random(Random random, int min, int max) {
                int kind = random.nextInt(4);
                if (kind == 0) {
                    return new Field("*", range(min, max, 1));
                }
                if (kind == 1) {
                    int step = 1 + random.nextInt(max);
                    return new Field("*/" + step, range(min, max, step));
                }
                Set<Integer> numbers = new TreeSet<>();
                String text = IntStream.range(0, kind - 1 + random.nextInt(3))
                        .mapToObj(i -> item(random, min, max, numbers))
                        .collect(Collectors.joining(","));
                return new Field(text, numbers);
            }

            private static String item(Random random, int min, int max, Set<Integer> numbers) {
                int from = min + random.nextInt(max - min + 1);
                int to = from + random.nextInt(max - from + 1);
                int step = 1 + random.nextInt(5);
                return switch (random.nextInt(3)) {
                    case 0 -> {
                        numbers.add(from);
                        yield Integer.toString(from);
                    }
                    case 1 -> {
                        numbers.addAll(range(from, to, 1));
                        yield from + "-" + to;
                    }
                    default -> {
                        numbers.addAll(range(from, to, step));
                        yield from + "-" + to + "/" + step;
                    }
                };
            }

            private static Set<Integer> range(int from, int to, int step) {
                Set<Integer> numbers = new TreeSet<>();
                for (int number = from; number <= to; number += step) {
                    numbers.add(number);
                }
                return numbers;
            }

            boolean star() {
                return text.startsWith("*");
            }
        }

        /** Without those that are refused for what they mean. */
        static Made random(Random random) {
            while (true) {
                Made made = new Made(Stream.of(BOUNDS)
                        .map(bounds -> Field.random(random, bounds[0], bounds[1]))
                        .toList());
                boolean steps = made.fields.get(2).numbers().size() < 31
                        && made.fields.get(4).numbers().size() < 7
                        && (made.fields.get(2).star() || made.fields.get(4).star());
                boolean never = made.fields.get(4).star()
                        && made.fields.get(2).numbers().stream().allMatch(day -> day > 28);
                if (!steps && !never) {
                    return made;
                }
            }
        }

        String text() {
            return fields.stream().map(Field::text).collect(Collectors.joining(" "));
        }

        Instant next(LocalDateTime after) {
            LocalDate first = after.toLocalDate();
            for (int day = 0; day < DAYS_LOOKED_AT; day++) {
                LocalDate date = first.plusDays(day);
                for (int minute = 0; isDay(date) && minute < 24 * 60; minute++) {
                    LocalDateTime at = date.atStartOfDay().plusMinutes(minute);
                    if (at.isAfter(after)
                            && fields.get(0).numbers().contains(at.getMinute())
                            && fields.get(1).numbers().contains(at.getHour())) {
                        return at.toInstant(ZoneOffset.UTC);
                    }
                }
            }
            throw new AssertionError(text() + " did not come in " + DAYS_LOOKED_AT + " days");
        }

        private boolean isDay(LocalDate date) {
            boolean day = fields.get(2).numbers().contains(date.getDayOfMonth());
            boolean weekday =
                    fields.get(4).numbers().contains(date.getDayOfWeek().getValue() % 7);
            boolean either = !fields.get(2).star() && !fields.get(4).star();
            return fields.get(3).numbers().contains(date.getMonthValue()) && (either ? day || weekday : day && weekday);
        }
    }
}
