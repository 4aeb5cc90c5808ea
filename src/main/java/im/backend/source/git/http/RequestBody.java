package im.backend.source.git.http;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;

/** Reads the bounded first part of a request before JGit sees it, while a plain HTTP status can still be answered. */
record RequestBody(PushLimits limits) {
    private static final int LENGTH_DIGITS = 4;

    /** Wants and haves of a fetch: all of it. Fails with {@code body-too-large}. */
    InputStream ofFetch(InputStream body) throws IOException {
        byte[] all = body.readNBytes(limits.requestBytesMax() + 1);
        if (all.length > limits.requestBytesMax()) {
            throw tooLarge();
        }
        return new ByteArrayInputStream(all);
    }

    /** Commands of a push, followed by the pack as it arrives. Fails with {@code body-too-large} or {@code too-many-refs}. */
    InputStream ofPush(InputStream body) throws IOException {
        ByteArrayOutputStream commands = new ByteArrayOutputStream();
        int count = 0;
        for (byte[] line = readLine(body); line.length > LENGTH_DIGITS; line = readLine(body)) {
            commands.writeBytes(line);
            if (++count > limits.commandsMax()) {
                throw new Problem.TooLarge(
                                "too-many-refs",
                                "The push changes more than " + limits.commandsMax()
                                        + " refs. Push fewer branches and tags at once.")
                        .asException();
            }
            if (commands.size() > limits.requestBytesMax()) {
                throw tooLarge();
            }
        }
        commands.writeBytes("0000".getBytes(StandardCharsets.US_ASCII));
        return new SequenceInputStream(new ByteArrayInputStream(commands.toByteArray()), body);
    }

    /** One pkt-line with its length; only the length when it is a flush. */
    private static byte[] readLine(InputStream body) throws IOException {
        byte[] digits = body.readNBytes(LENGTH_DIGITS);
        int length = length(digits);
        byte[] line = new byte[Math.max(length, LENGTH_DIGITS)];
        System.arraycopy(digits, 0, line, 0, LENGTH_DIGITS);
        int rest = line.length - LENGTH_DIGITS;
        if (body.readNBytes(line, LENGTH_DIGITS, rest) < rest) {
            throw malformed();
        }
        return line;
    }

    private static int length(byte[] digits) {
        int length = 0;
        for (byte digit : digits) {
            int value = Character.digit(digit, 16);
            length = value < 0 ? -1 : length * 16 + value;
            if (length < 0) {
                break;
            }
        }
        if (digits.length < LENGTH_DIGITS || length < 0 || (length > 0 && length < LENGTH_DIGITS + 1)) {
            throw malformed();
        }
        return length;
    }

    private static ProblemException malformed() {
        return new Problem.Malformed("bad-request", "The request is not in git's format. Use git to push.")
                .asException();
    }

    private ProblemException tooLarge() {
        return new Problem.TooLarge(
                        "body-too-large",
                        "The request has more than " + limits.requestBytesMax() + " bytes of commands or object names.")
                .asException();
    }
}
