package im.backend.registry.oci;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a blob that is asked for (RFC 9110 section 14).
 *
 * @param last inclusive
 */
record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
    private static final Pattern CHUNK = Pattern.compile("(?:bytes )?([0-9]{1,18})-([0-9]{1,18})(?:/(?:[0-9]+|\\*))?");

    /** What a Range header comes to. */
    sealed interface Wanted {
        record Whole() implements Wanted {}

        record Part(ByteRange range) implements Wanted {}

        record Unsatisfiable() implements Wanted {}
    }

    /** A header that is not understood, or asks for several parts, is as none: the whole is a right answer to it. */
    static Wanted wanted(String header, long size) {
        Matcher matcher = ONE.matcher(header.strip());
        if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
            return new Wanted.Whole();
        }
        if (matcher.group(1).isEmpty()) {
            long suffix = Math.min(size, Long.parseLong(matcher.group(2)));
            return suffix == 0 ? new Wanted.Unsatisfiable() : new Wanted.Part(new ByteRange(size - suffix, size - 1));
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        // A range that ends before it begins may be ignored or refused (RFC 9110 section 14.2). A client that sends one
        // counts wrongly, and is better told so than sent a blob of gigabytes.
        return first >= size || last < first
                ? new Wanted.Unsatisfiable()
                : new Wanted.Part(new ByteRange(first, Math.min(last, size - 1)));
    }

    /** A chunk's Content-Range, which OCI writes without unit and total; empty when it is none. */
    static Optional<ByteRange> ofChunk(String header) {
        Matcher matcher = CHUNK.matcher(header.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        ByteRange range = new ByteRange(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
        return range.last >= range.first ? Optional.of(range) : Optional.empty();
    }

    long length() {
        return last - first + 1;
    }
}
