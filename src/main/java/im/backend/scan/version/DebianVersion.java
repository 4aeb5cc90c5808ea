package im.backend.scan.version;

import java.util.Optional;

/** Debian Policy 5.6.12: {@code epoch:upstream-revision}, where {@code ~} comes before everything, the end included. */
record DebianVersion(String epoch, String upstream, String revision) implements Comparable<DebianVersion> {

    static Optional<DebianVersion> parse(String text) {
        int colon = text.indexOf(':');
        String epoch = colon < 0 ? "0" : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        int hyphen = rest.lastIndexOf('-');
        String upstream = hyphen < 0 ? rest : rest.substring(0, hyphen);
        return !Digits.are(epoch) || upstream.isEmpty()
                ? Optional.empty()
                : Optional.of(new DebianVersion(epoch, upstream, hyphen < 0 ? "" : rest.substring(hyphen + 1)));
    }

    @Override
    public int compareTo(DebianVersion other) {
        int order = Digits.compare(epoch, other.epoch);
        if (order == 0) {
            order = compare(upstream, other.upstream);
        }
        return order == 0 ? compare(revision, other.revision) : order;
    }

    /** By turns what is no digit, letter by letter, and numbers. */
    private static int compare(String one, String other) {
        int left = 0;
        int right = 0;
        while (left < one.length() || right < other.length()) {
            while (left < one.length() && !Digits.is(one.charAt(left))
                    || right < other.length() && !Digits.is(other.charAt(right))) {
                int order = Integer.compare(weight(one, left), weight(other, right));
                if (order != 0) {
                    return order;
                }
                left++;
                right++;
            }
            int leftEnd = endOfDigits(one, left);
            int rightEnd = endOfDigits(other, right);
            int order = Digits.compare(one.substring(left, leftEnd), other.substring(right, rightEnd));
            if (order != 0) {
                return order;
            }
            left = leftEnd;
            right = rightEnd;
        }
        return 0;
    }

    /** Letters before other signs; a digit and the end are the same. */
    private static int weight(String text, int at) {
        if (at >= text.length() || Digits.is(text.charAt(at))) {
            return 0;
        }
        char c = text.charAt(at);
        if (c == '~') {
            return -1;
        }
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' ? c : c + Character.MAX_VALUE;
    }

    private static int endOfDigits(String text, int from) {
        int at = Math.min(from, text.length());
        while (at < text.length() && Digits.is(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
