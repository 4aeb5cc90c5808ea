package im.backend.problem;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The {@code instance} of RFC 9457: names one answer, so that whoever complains can quote it and the log can be searched for it. */
public final class ProblemInstance {
    private ProblemInstance() {}

    /** A new one; it says nothing else. */
    public static String next() {
        return "urn:backendim:request:"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
