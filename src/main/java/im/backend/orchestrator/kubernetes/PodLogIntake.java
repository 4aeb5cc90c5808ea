package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.log.LogSource;
import im.backend.orchestrator.log.ProjectLog;
import im.backend.orchestrator.log.RateBudget;
import im.backend.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes what one pod writes over into its project's log, over restarts of its container, of the API server and of this
 * server. How far it came is kept beside the log as the time of the last line, in nanoseconds.
 */
final class PodLogIntake implements PodOutput.Listener {
    private static final System.Logger LOG = System.getLogger(PodLogIntake.class.getName());
    private static final int BATCH_BYTES = 256 << 10;
    private static final long NANOS = 1_000_000_000L;
    private static final Duration PAUSE_MIN = Duration.ofMillis(250);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final LogSource source;
    private final ProjectLog log;
    private final Path progress;
    private final String writer;
    private final PodOutput output;
    private final Clock clock;
    private final RateBudget budget;
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private final Thread thread;
    private Instant last;
    private long leftOut;
    private boolean heardSome;
    private volatile boolean gone;
    private volatile Optional<Exit> exit = Optional.empty();

    PodLogIntake(Cluster cluster, Address pod, LogSource source, ProjectLog log, Path progress, Clock clock) {
        this.source = source;
        this.log = log;
        this.progress = progress;
        this.writer = "pod/" + pod.name();
        this.last = resumed();
        this.output = new PodOutput(cluster, pod, AppPod.CONTAINER, last);
        this.clock = clock;
        this.budget = new RateBudget(clock);
        this.thread = Thread.ofVirtual().name("log of " + pod).unstarted(this::run);
    }

    PodLogIntake start() {
        thread.start();
        return this;
    }

    LogSource source() {
        return source;
    }

    /** The pod is no more: what it wrote last is taken over, then this ends. */
    void finish() {
        gone = true;
    }

    /** To be told behind its last line, once. */
    void exited(Exit how) {
        exit = Optional.of(how);
    }

    /** Ends at once; the next server goes on from here. */
    void close() {
        thread.interrupt();
    }

    @Override
    public void line(Instant at, String text) {
        heardSome = true;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        last = at;
        if (budget.take(bytes.length + 1L) <= bytes.length) {
            leftOut += bytes.length + 1L;
            return;
        }
        tellLeftOut(at);
        add(at, bytes);
        if (batch.size() >= BATCH_BYTES) {
            caughtUp();
        }
    }

    @Override
    public void caughtUp() {
        tellLeftOut(last);
        if (batch.size() == 0) {
            return;
        }
        long upTo = last.getEpochSecond() * NANOS + last.getNano();
        batch.writeBytes(LogSource.progress(writer, upTo));
        try {
            log.append(batch.toByteArray());
            Files.createDirectories(progress.getParent());
            Files.writeString(progress, Long.toString(upTo));
        } catch (IOException failed) {
            // As on a full disk: a log must never end its app.
            LOG.log(System.Logger.Level.WARNING, "log of {0}: {1}", writer, failed.toString());
        }
        batch.reset();
    }

    private void run() {
        Duration pause = PAUSE_MIN;
        boolean missed = !last.equals(Instant.EPOCH);
        while (!Thread.currentThread().isInterrupted()) {
            boolean ending = gone;
            heardSome = false;
            try {
                if (missed) {
                    output.previous(this);
                }
            } catch (IOException | ProblemException noneBefore) {
                LOG.log(System.Logger.Level.DEBUG, "no earlier log of " + writer, noneBefore);
            }
            missed = false;
            boolean heardAll = false;
            try {
                output.follow(this);
                heardAll = true;
            } catch (IOException | ProblemException broken) {
                LOG.log(System.Logger.Level.DEBUG, "log of " + writer + " broke off", broken);
            }
            if (heardAll || ending) {
                tellExit();
            }
            if (ending) {
                forget();
                return;
            }
            pause = heardSome
                    ? PAUSE_MIN
                    : pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
            try {
                Thread.sleep(pause);
            } catch (InterruptedException closed) {
                return;
            }
        }
    }

    private void tellExit() {
        if (exit.isEmpty() || Files.exists(exitTold())) {
            return;
        }
        Exit how = exit.get();
        String memory = how.outOfMemory() ? "out of memory; set a higher `memory:` in backend.yml; " : "";
        add(clock.instant(), ("backendim: " + memory + "exited with " + how.code()).getBytes(StandardCharsets.UTF_8));
        caughtUp();
        try {
            Files.createDirectories(progress.getParent());
            Files.writeString(exitTold(), "");
        } catch (IOException toldAgain) {
            LOG.log(System.Logger.Level.WARNING, "log of {0}: {1}", writer, toldAgain.toString());
        }
    }

    /** There once the exit code is in the log. */
    private Path exitTold() {
        return progress.resolveSibling(progress.getFileName() + ".exit");
    }

    private void forget() {
        try {
            Files.deleteIfExists(exitTold());
            Files.deleteIfExists(progress);
        } catch (IOException harmless) {
            LOG.log(System.Logger.Level.DEBUG, "progress of " + writer + " stays", harmless);
        }
    }

    private Instant resumed() {
        long stored = 0;
        try {
            stored = Long.parseLong(Files.readString(progress).strip());
        } catch (IOException | NumberFormatException notYet) {
            stored = 0;
        }
        long nanos = Math.max(stored, log.progressOf(writer).orElse(0L));
        return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }

    private void tellLeftOut(Instant at) {
        if (leftOut > 0) {
            String text =
                    "backendim: " + leftOut + " bytes of output were left out, because it came faster than 1 MiB/s";
            leftOut = 0;
            add(at, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void add(Instant at, byte[] text) {
        batch.writeBytes(source.head(at));
        batch.writeBytes(text);
        batch.write('\n');
    }
}
