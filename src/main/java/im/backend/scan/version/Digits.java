package im.backend.scan.version;

/** Whole numbers of any length: a version may hold a date, a time or more than a long. */
final class Digits {
    private Digits() {}

    static boolean are(String text) {
        return !text.isEmpty() && text.chars().allMatch(Digits::is);
    }

    /** Only ASCII ones: no package manager knows others. */
    static boolean is(int c) {
        return c >= '0' && c <= '9';
    }

    static int compare(String one, String other) {
        String left = withoutZeros(one);
        String right = withoutZeros(other);
        return left.length() != right.length() ? Integer.compare(left.length(), right.length()) : left.compareTo(right);
    }

    static boolean isZero(String digits) {
        return withoutZeros(digits).isEmpty();
    }

    private static String withoutZeros(String digits) {
        int at = 0;
        while (at < digits.length() && digits.charAt(at) == '0') {
            at++;
        }
        return digits.substring(at);
    }
}
