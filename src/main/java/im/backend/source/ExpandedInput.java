package im.backend.source;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The upload as it expands: ends a bomb after the first buffer that is over a limit. */
final class ExpandedInput extends FilterInputStream {
    private final SourceLimits limits;
    private final PackedInput packed;
    private final long beginNanos = System.nanoTime();
    private long bytes;

    ExpandedInput(InputStream in, PackedInput packed, SourceLimits limits) {
        super(in);
        this.packed = packed;
        this.limits = limits;
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
        check();
        return count;
    }

    private void check() {
        if (packed.bytes() > limits.packedBytesMax()) {
            throw tooLarge("packed size: over " + limits.packedBytesMax() + " bytes");
        }
        if (bytes > limits.expandedBytesMax()) {
            throw tooLarge("unpacked size: over " + limits.expandedBytesMax() + " bytes");
        }
        if (bytes > limits.ratioAfterBytes() && bytes / limits.ratioMax() > packed.bytes()) {
            throw tooLarge("unpacked size: over " + limits.ratioMax() + " times the packed size");
        }
        long unpackingNanos = System.nanoTime() - beginNanos - packed.waitedNanos();
        if (unpackingNanos > limits.unpackTimeMax().toNanos()) {
            throw tooLarge("time to unpack: over " + limits.unpackTimeMax().toSeconds() + " s");
        }
    }

    private static ProblemException tooLarge(String what) {
        return new Problem.TooLarge(
                        "archive-too-large",
                        what + ". Leave out build output, dependencies and data; volumes are the place for data.")
                .asException();
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
