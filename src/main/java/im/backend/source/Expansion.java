package im.backend.source;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;

/** Judges an upload as it expands: a bomb ends after the first buffer that is over a limit. */
final class Expansion implements CountedInput.Limit {
    private final PackedInput packed;
    private final SourceLimits limits;
    private final long beginNanos = System.nanoTime();

    Expansion(PackedInput packed, SourceLimits limits) {
        this.packed = packed;
        this.limits = limits;
    }

    @Override
    public void check(long bytes) {
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
}
