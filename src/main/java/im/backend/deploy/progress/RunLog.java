package im.backend.deploy.progress;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Release;
import im.backend.secret.Redactor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one run of a deployment says: statuses once and in order, and output in batches, redacted and bounded. All but the
 * end is appended by a timer's thread: the thread that hears output may be interrupted at any moment, which would close
 * the database's file, and a stage has no reason to wait until its beginning is written down (docs/adr/0023).
 */
public final class RunLog {
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
    /** Guards what waits; never held while anything is appended. */
    private final ReentrantLock buffering = new ReentrantLock();

    private final Deque<Said> waiting = new ArrayDeque<>();
    private long bytesLeft = BYTES_MAX;
    private boolean lineFlushIsDue;
    private boolean closed;
    private Optional<RuntimeException> unwritten = Optional.empty();
    private volatile Redactor redactor = Redactor.of(List.of());
    private volatile DeploymentStatus status;

    public RunLog(Journal journal, Deployment deployment, ScheduledExecutorService timer) {
        this.journal = journal;
        this.deployment = deployment;
        this.timer = timer;
        this.status = deployment.status();
    }

    /** In the order of saying. */
    private sealed interface Said {
        record Status(DeploymentEvent.Entered event) implements Said {}

        record Line(String text) implements Said {}
    }

    /** Where the deployment is now. */
    public DeploymentStatus status() {
        return status;
    }

    public void redactWith(Redactor values) {
        redactor = values;
    }

    public Redactor redactor() {
        return redactor;
    }

    /**
     * Says nothing when it was entered by an earlier run, so that each status appears once. Never waits for the disk; when
     * what was said before could not be written, fails with the reason.
     */
    public void enter(DeploymentStatus next, List<String> logs) {
        if (next.compareTo(status) <= 0) {
            return;
        }
        buffering.lock();
        try {
            if (unwritten.isPresent()) {
                throw unwritten.get();
            }
            waiting.add(new Said.Status(new DeploymentEvent.Entered(next, logs)));
            status = next;
            timer.execute(this::flushQuietly);
        } finally {
            buffering.unlock();
        }
    }

    /** Never waits for the disk. */
    public void line(String text) {
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
            waiting.add(new Said.Line(
                    bytesLeft < 0
                            ? "(further output is left out: a deployment's log holds " + (BYTES_MAX >> 20) + " MiB)"
                            : shown));
            if (!lineFlushIsDue) {
                lineFlushIsDue = true;
                var _ = timer.schedule(this::flushQuietly, BATCH_MILLISECONDS, TimeUnit.MILLISECONDS);
            }
            if (waiting.size() == BATCH_LINES) {
                timer.execute(this::flushQuietly);
            }
        } finally {
            buffering.unlock();
        }
    }

    public void complete(Release release, DeploymentEvent.Completed completed) {
        end(() -> journal.complete(release, completed), DeploymentStatus.COMPLETE);
    }

    public void fail(DeploymentEvent.Failed failed) {
        end(() -> journal.append(deployment.id(), failed), DeploymentStatus.FAILED);
    }

    /** Ends this run without an end of the deployment. */
    public void suspend() {
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
            // The run itself meets the failure at its next status, and tells it there.
            LOG.log(System.Logger.Level.WARNING, "progress of deployment " + deployment.id() + " was not logged", e);
        } finally {
            appending.unlock();
        }
    }

    /** What can not be appended waits on in its place, so that no status is ever left out. */
    private void flush() {
        Deque<Said> taken = take();
        try {
            while (!taken.isEmpty()) {
                switch (taken.getFirst()) {
                    case Said.Status(DeploymentEvent.Entered event) -> {
                        journal.append(deployment.id(), event);
                        taken.removeFirst();
                    }
                    case Said.Line first -> appendBatch(taken);
                }
            }
        } catch (RuntimeException e) {
            giveBack(taken, e);
            throw e;
        }
    }

    private void appendBatch(Deque<Said> taken) {
        List<String> batch = new ArrayList<>();
        int characters = 0;
        for (Said said : taken) {
            if (!(said instanceof Said.Line(String text))
                    || batch.size() == BATCH_LINES
                    || (!batch.isEmpty() && characters + text.length() > BATCH_CHARACTERS)) {
                break;
            }
            batch.add(text);
            characters += text.length();
        }
        journal.append(deployment.id(), new DeploymentEvent.Output(batch));
        batch.forEach(line -> taken.removeFirst());
    }

    private Deque<Said> take() {
        buffering.lock();
        try {
            Deque<Said> taken = closed ? new ArrayDeque<>() : new ArrayDeque<>(waiting);
            waiting.clear();
            lineFlushIsDue = false;
            unwritten = Optional.empty();
            return taken;
        } finally {
            buffering.unlock();
        }
    }

    private void giveBack(Deque<Said> taken, RuntimeException reason) {
        buffering.lock();
        try {
            taken.descendingIterator().forEachRemaining(waiting::addFirst);
            unwritten = Optional.of(reason);
        } finally {
            buffering.unlock();
        }
    }
}
