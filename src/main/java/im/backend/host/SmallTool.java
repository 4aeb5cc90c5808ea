package im.backend.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of the host that answers at once, and that is trusted as the host is: no sandbox, no limits but time and size. */
public final class SmallTool {
    private static final System.Logger LOG = System.getLogger(SmallTool.class.getName());
    private static final long ANSWER_SECONDS = 10;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private SmallTool() {}

    /** What it wrote to its standard output, up to 64 KiB; empty when it is not there, fails, or takes longer than 10 s. */
    public static List<String> lines(List<String> command) {
        return answer(command).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** Whether it ends well. */
    static boolean runs(List<String> command) {
        return answer(command).isPresent();
    }

    private static Optional<String> answer(List<String> command) {
        try {
            java.lang.Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().close();
                byte[] answer = process.getInputStream().readNBytes(ANSWER_BYTES_MAX);
                boolean answered = process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
                return answered ? Optional.of(new String(answer, StandardCharsets.UTF_8)) : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException notAProgram) {
            LOG.log(System.Logger.Level.DEBUG, "{0} does not run: {1}", command.getFirst(), notAProgram.getMessage());
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
