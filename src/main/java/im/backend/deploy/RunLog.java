package im.backend.deploy;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Release;
import im.backend.secret.Redactor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one run of a deployment says: statuses once and in order, and output in batches, redacted and bounded. Output is
 * appended by a timer's thread, because the thread that hears it may be interrupted at any moment, which would close the
 * database's file.
 */
final class RunLog {
    static final int BATCH_LINES = 64;
    static final long BATCH_MILLISECONDS = 100;
    /** One event of the log holds 1 MiB as JSON, where each of these may be six. */
    static final int BATCH_CHARACTERS = 128 * 1024;

    static final int LINE_LENGTH_MAX = 16 * 1024;
    static final long BYTES_MAX = 10L << 20;
    private static final System.Logger LOG = System.getLogger(RunLog.class.getName());

    private final Journal journal;
    private final Deployment deployment;
    private final ScheduledExecutorService timer;
    /** Guards the order of what is appended. */
    private final ReentrantLock appending = new ReentrantLock();
    /** Guards the lines that wait; never held while anything is appended. */
    private final ReentrantLock buffering = new ReentrantLock();

    private List<String> waiting = new ArrayList<>();
    private long bytesLeft = BYTES_MAX;
    private boolean closed;
    private volatile Redactor redactor = Redactor.of(List.of());
    private volatile DeploymentStatus status;

    RunLog(Journal journal, Deployment deployment, ScheduledExecutorService timer) {
        this.journal = journal;
        this.deployment = deployment;
        this.timer = timer;
        this.status = deployment.status();
    }

    /** Where the deployment is now. */
    DeploymentStatus status() {
        return status;
    }

    void redactWith(Redactor values) {
        redactor = values;
    }

    Redactor redactor() {
        return redactor;
    }

    /** Says nothing when it was entered by an earlier run, so that each status appears once. */
    void enter(DeploymentStatus next, List<String> logs) {
        if (next.compareTo(status) <= 0) {
            return;
        }
        appending.lock();
        try {
            flush();
            journal.append(deployment.id(), new DeploymentEvent.Entered(next, logs));
            status = next;
        } finally {
            appending.unlock();
        }
    }

    /** Never waits for the disk. */
    void line(String text) {
        String shown = redactor.apply(text);
        if (shown.length() > LINE_LENGTH_MAX) {
            shown = shown.substring(0, LINE_LENGTH_MAX) + "…";
        }
        buffering.lock();
        try {
            if (closed || bytesLeft < 0) {
                return;
            }
            bytesLeft -= shown.getBytes(StandardCharsets.UTF_8).length + 1;
            waiting.add(
                    bytesLeft < 0
                            ? "(further output is left out: a deployment's log holds " + (BYTES_MAX >> 20) + " MiB)"
                            : shown);
            if (waiting.size() == 1) {
                var _ = timer.schedule(this::flushQuietly, BATCH_MILLISECONDS, TimeUnit.MILLISECONDS);
            }
            if (waiting.size() == BATCH_LINES) {
                timer.execute(this::flushQuietly);
            }
        } finally {
            buffering.unlock();
        }
    }

    void complete(Release release, DeploymentEvent.Completed completed) {
        end(() -> journal.complete(release, completed), DeploymentStatus.COMPLETE);
    }

    void fail(DeploymentEvent.Failed failed) {
        end(() -> journal.append(deployment.id(), failed), DeploymentStatus.FAILED);
    }

    /** Ends this run without an end of the deployment. */
    void suspend() {
        appending.lock();
        try {
            flush();
            close();
        } finally {
            appending.unlock();
        }
    }

    private void end(Runnable append, DeploymentStatus terminal) {
        appending.lock();
        try {
            flush();
            append.run();
            status = terminal;
            close();
        } finally {
            appending.unlock();
        }
    }

    private void close() {
        buffering.lock();
        try {
            closed = true;
        } finally {
            buffering.unlock();
        }
    }

    private void flushQuietly() {
        appending.lock();
        try {
            flush();
        } catch (RuntimeException e) {
            // The run itself meets the same failure at its next status, and tells it there.
            LOG.log(System.Logger.Level.WARNING, "output of deployment " + deployment.id() + " was not logged", e);
        } finally {
            appending.unlock();
        }
    }

    private void flush() {
        List<String> batch = new ArrayList<>();
        int characters = 0;
        for (String line : take()) {
            if (batch.size() == BATCH_LINES || characters + line.length() > BATCH_CHARACTERS) {
                appendOutput(batch);
                batch.clear();
                characters = 0;
            }
            batch.add(line);
            characters += line.length();
        }
        if (!batch.isEmpty()) {
            appendOutput(batch);
        }
    }

    private void appendOutput(List<String> batch) {
        journal.append(deployment.id(), new DeploymentEvent.Output(batch));
    }

    private List<String> take() {
        buffering.lock();
        try {
            List<String> taken = closed ? List.of() : waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            buffering.unlock();
        }
    }
}
