package im.backend.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The upload as it arrives: counts its bytes and how long it kept us waiting, which is not our unpacking time. */
final class PackedInput extends FilterInputStream {
    private long bytes;
    private long waitedNanos;
    private boolean ended;

    PackedInput(InputStream in) {
        super(in);
    }

    long bytes() {
        return bytes;
    }

    long waitedNanos() {
        return waitedNanos;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long begin = System.nanoTime();
        int count = in.read(buffer, offset, length);
        waitedNanos += System.nanoTime() - begin;
        ended = count < 0;
        bytes += Math.max(0, count);
        return count;
    }

    /** Says "there is more" until the end was seen: GZIPInputStream would otherwise miss a second member on a slow line. */
    @Override
    public int available() {
        return ended ? 0 : 1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
