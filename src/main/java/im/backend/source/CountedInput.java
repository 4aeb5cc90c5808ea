package im.backend.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that tells a limit how much was read of it, so that what is too large ends after the first buffer beyond. */
public final class CountedInput extends FilterInputStream {
    private final Limit limit;
    private long bytes;

    public CountedInput(InputStream in, Limit limit) {
        super(in);
        this.limit = limit;
    }

    /** Looks at the count after each read. */
    @FunctionalInterface
    public interface Limit {
        /** Throws when so many bytes are too many. */
        void check(long bytes) throws IOException;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        bytes += Math.max(0, count);
        limit.check(bytes);
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
