package im.backend.deploy;

import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.LogLine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Passes on what a release writes while it starts: whoever watches a deployment sees why it takes long, and its log says
 * why it failed. Only the first lines, since the app's own log has all of them.
 */
final class StartOutput implements AutoCloseable {
    static final int LINES_MAX = 200;
    private static final System.Logger LOG = System.getLogger(StartOutput.class.getName());
    private static final int BATCH = 256;
    private static final Duration POLL = Duration.ofMillis(150);

    private final InstanceLogs logs;
    private final ProjectId project;
    private final String deployment;
    private final Consumer<String> out;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread follower = Thread.ofVirtual().name("start output").unstarted(this::follow);
    private long position;
    private int passed;

    /** @param after position of the last line before the release was started */
    StartOutput(InstanceLogs logs, Release release, long after, Consumer<String> out) {
        this.logs = logs;
        this.project = release.project();
        this.deployment = LogLine.deploymentMark(release.deployment());
        this.position = after;
        this.out = out;
    }

    /** Where the project's log ends now. */
    static long end(InstanceLogs logs, ProjectId project) {
        List<LogLine> last = logs.last(project, 1);
        return last.isEmpty() ? 0 : last.getLast().position();
    }

    StartOutput start() {
        follower.start();
        return this;
    }

    private void follow() {
        try {
            boolean last;
            do {
                last = closed.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
                pass();
            } while (!last);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException unreadable) {
            // The deployment goes on without these lines, which the app's own log has too.
            LOG.log(System.Logger.Level.WARNING, "what an app of " + project + " wrote was not read", unreadable);
        }
    }

    private void pass() {
        while (passed <= LINES_MAX) {
            List<LogLine> lines = logs.after(project, position, BATCH);
            if (lines.isEmpty()) {
                return;
            }
            position = lines.getLast().position();
            lines.stream().filter(line -> line.deployment().equals(deployment)).forEach(this::pass);
        }
    }

    private void pass(LogLine line) {
        if (passed < LINES_MAX) {
            out.accept(line.process() + "." + line.ordinal() + " | " + line.text());
        } else if (passed == LINES_MAX) {
            out.accept("(the app writes more: backendim logs)");
        }
        passed++;
    }

    /** What was written until now is passed on first, by a thread that nobody interrupts in the middle of a file. */
    @Override
    public void close() {
        closed.countDown();
        try {
            follower.join();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
