package im.backend.source.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A pack as it arrives, up to a limit: JGit's own limit shows the pusher only a "truncated" pack. */
final class PackInput extends FilterInputStream {
    private final long bytesMax;
    private long bytes;

    PackInput(InputStream in, long bytesMax) {
        super(in);
        this.bytesMax = bytesMax;
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
        if (bytes > bytesMax) {
            throw new PushTooLargeException("pack too large: over " + bytesMax + " bytes");
        }
        return count;
    }

    /** Reads what a refused pusher still sends, within the limit once more: git shows our reason only when it could send all. */
    void drain() throws IOException {
        byte[] rest = new byte[64 << 10];
        long drained = 0;
        for (int count = in.read(rest); count >= 0 && drained < bytesMax; count = in.read(rest)) {
            drained += count;
        }
    }
}
