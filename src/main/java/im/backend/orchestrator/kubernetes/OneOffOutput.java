package im.backend.orchestrator.kubernetes;

import im.backend.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Hands lines from the thread that reads a pod's log to the one that waits for the command's end. */
final class OneOffOutput implements Runnable, PodOutput.Listener {
    private static final System.Logger LOG = System.getLogger(OneOffOutput.class.getName());
    private static final int LINES_MAX = 1000;

    private record Line(Instant at, String text) {}

    private final PodOutput output;
    private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>(LINES_MAX);
    private Instant heard;
    private volatile boolean complete;

    OneOffOutput(PodOutput output, Instant heard) {
        this.output = output;
        this.heard = heard;
    }

    @Override
    public void run() {
        try {
            output.follow(this);
            complete = true;
        } catch (IOException | ProblemException broken) {
            // Whoever waits sees that the command has not ended, and follows again behind the last line.
            LOG.log(System.Logger.Level.DEBUG, "output of a one-off command broke off", broken);
        }
    }

    @Override
    public void line(Instant at, String text) {
        try {
            lines.put(new Line(at, text));
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void caughtUp() {
        // Lines are handed on one by one.
    }

    /** All that is there, and what comes within the time. */
    void drainTo(Consumer<String> consumer, Duration wait) throws InterruptedException {
        for (Line line = lines.poll(wait.toMillis(), TimeUnit.MILLISECONDS); line != null; line = lines.poll()) {
            heard = line.at();
            consumer.accept(line.text());
        }
    }

    /** Whether the stream ended because the command did. */
    boolean isComplete() {
        return complete;
    }

    Instant heard() {
        return heard;
    }
}
