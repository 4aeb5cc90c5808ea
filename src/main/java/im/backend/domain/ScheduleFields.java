package im.backend.domain;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;

/** The five fields of a {@link Schedule}, and when they come together. */
record ScheduleFields(
        ScheduleField minute, ScheduleField hour, ScheduleField day, ScheduleField month, ScheduleField weekday) {
    private static final int COUNT = 5;
    private static final int DAYS_OF_WEEK = 7;

    static ScheduleFields parse(String text) {
        String[] words = text.split(" ");
        if (words.length != COUNT || text.isEmpty()) {
            throw Schedule.refused(Quoted.of(text) + " has " + (text.isEmpty() ? 0 : words.length)
                    + " fields (expected: 5, which are minute, hour, day of the month, month and day of the week)");
        }
        ScheduleFields fields = new ScheduleFields(
                ScheduleField.parse(ScheduleField.Kind.MINUTE, words[0]),
                ScheduleField.parse(ScheduleField.Kind.HOUR, words[1]),
                ScheduleField.parse(ScheduleField.Kind.DAY, words[2]),
                ScheduleField.parse(ScheduleField.Kind.MONTH, words[3]),
                ScheduleField.parse(ScheduleField.Kind.WEEKDAY, words[4]));
        fields.requireOneMeaning();
        fields.requireADay();
        return fields;
    }

    Instant next(Instant after) {
        LocalDateTime at = LocalDateTime.ofInstant(after, ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        while (true) {
            if (!month.has(at.getMonthValue())) {
                at = at.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay();
            } else if (!isDay(at.toLocalDate())) {
                at = at.toLocalDate().plusDays(1).atStartOfDay();
            } else if (!hour.has(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minute.has(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at.toInstant(ZoneOffset.UTC);
            }
        }
    }

    /** A star must stand where one of the days does not matter, and nowhere else: it is what other readers go by. */
    String inNumbers() {
        return String.join(
                " ",
                inNumbers(minute),
                inNumbers(hour),
                eitherDay() ? day.inNumbers() : inNumbers(day),
                inNumbers(month),
                eitherDay() ? weekday.inNumbers() : inNumbers(weekday));
    }

    private static String inNumbers(ScheduleField field) {
        return field.isFull() ? "*" : field.inNumbers();
    }

    /** crontab(5): "If both fields are restricted, the command will be run when either field matches". */
    private boolean eitherDay() {
        return !day.star() && !weekday.star();
    }

    private boolean isDay(LocalDate date) {
        boolean byMonth = day.has(date.getDayOfMonth());
        boolean byWeek = weekday.has(date.getDayOfWeek().getValue() % DAYS_OF_WEEK);
        return eitherDay() ? byMonth || byWeek : byMonth && byWeek;
    }

    /** Vixie's cron takes a step behind a star for unrestricted, and the one of Kubernetes does not. */
    private void requireOneMeaning() {
        if (!eitherDay() && !day.isFull() && !weekday.isFull()) {
            throw Schedule.refused(
                    day.kind().words() + " " + Quoted.of(day.text()) + " with "
                            + weekday.kind().words() + " " + Quoted.of(weekday.text())
                            + " (expected: * for one of them, because readers of crontabs do not agree on a step with another day)");
        }
    }

    private void requireADay() {
        boolean comes = eitherDay()
                || IntStream.rangeClosed(1, 12)
                        .filter(month::has)
                        .anyMatch(number -> IntStream.rangeClosed(
                                        1, Month.of(number).maxLength())
                                .anyMatch(day::has));
        if (!comes) {
            throw Schedule.refused(day.kind().words() + " " + Quoted.of(day.text()) + " with month "
                    + Quoted.of(month.text()) + " never comes (expected: a day that the month has)");
        }
    }
}
