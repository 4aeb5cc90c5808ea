package im.backend.source;

/** A number of a tar header: octal digits, or binary (GNU) for what does not fit; never negative. */
final class TarNumber {
    private TarNumber() {}

    static long parse(byte[] block, int offset, int length) {
        return (block[offset] & 0x80) != 0 ? binary(block, offset, length) : octal(block, offset, length);
    }

    private static long octal(byte[] block, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && block[at] == ' ') {
            at++;
        }
        long value = 0;
        for (; at < end && block[at] != ' ' && block[at] != 0; at++) {
            if (block[at] < '0' || block[at] > '7') {
                throw TarReader.bad("a number in a header is not octal", null);
            }
            value = value * 8 + (block[at] - '0');
        }
        return value;
    }

    private static long binary(byte[] block, int offset, int length) {
        long value = block[offset] & 0x7F;
        for (int at = offset + 1; at < offset + length; at++) {
            if (value > Long.MAX_VALUE >> 8) {
                throw TarReader.bad("a number in a header is out of range", null);
            }
            value = (value << 8) | (block[at] & 0xFF);
        }
        return value;
    }
}
