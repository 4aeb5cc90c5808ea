package im.backend.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** What a pax extended header says about the next entry, as far as it matters here. */
record PaxRecords(Optional<String> path, Optional<Long> sizeBytes, boolean sparse) {
    static final PaxRecords NONE = new PaxRecords(Optional.empty(), Optional.empty(), false);
    private static final int LENGTH_DIGITS_MAX = 6;
    private static final int SIZE_DIGITS_MAX = 18;

    PaxRecords withPath(String other) {
        return new PaxRecords(Optional.of(other), sizeBytes, sparse);
    }

    /** The later record wins, as POSIX says. */
    PaxRecords with(PaxRecords later) {
        return new PaxRecords(later.path.or(() -> path), later.sizeBytes.or(() -> sizeBytes), sparse || later.sparse);
    }

    /** Records of {@code "LENGTH KEY=VALUE\n"}, where LENGTH counts the whole record. */
    static PaxRecords parse(byte[] bytes) {
        PaxRecords records = NONE;
        int at = 0;
        while (at < bytes.length) {
            int space = indexOf(bytes, ' ', at, bytes.length);
            int length = (int) number(bytes, at, space, LENGTH_DIGITS_MAX);
            int end = at + length;
            if (end > bytes.length || end <= space + 1 || bytes[end - 1] != '\n') {
                throw TarReader.bad("a pax record is broken", null);
            }
            int equals = indexOf(bytes, '=', space + 1, end);
            String key = new String(bytes, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            records = records.with(record(key, Arrays.copyOfRange(bytes, equals + 1, end - 1)));
            at = end;
        }
        return records;
    }

    private static PaxRecords record(String key, byte[] value) {
        return switch (key) {
            case "path" -> NONE.withPath(TarReader.text(value));
            case "size" ->
                new PaxRecords(Optional.empty(), Optional.of(number(value, 0, value.length, SIZE_DIGITS_MAX)), false);
            default -> new PaxRecords(Optional.empty(), Optional.empty(), key.startsWith("GNU.sparse."));
        };
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        throw TarReader.bad("a pax record is broken", null);
    }

    private static long number(byte[] digits, int from, int to, int digitsMax) {
        if (to <= from || to - from > digitsMax) {
            throw TarReader.bad("a number in a pax record is empty or too long", null);
        }
        long value = 0;
        for (int at = from; at < to; at++) {
            if (digits[at] < '0' || digits[at] > '9') {
                throw TarReader.bad("a number in a pax record is not decimal", null);
            }
            value = value * 10 + (digits[at] - '0');
        }
        return value;
    }
}
