package im.backend.orchestrator.local;

import im.backend.host.Footprint;
import im.backend.host.RunningProgram;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Schedules.Outcome;
import im.backend.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;

/** One run of a scheduled command, which outlives the server as instances do. Safe for several threads. */
final class ScheduledRun {
    private static final System.Logger LOG = System.getLogger(ScheduledRun.class.getName());
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LATE_GRACE = Duration.ofSeconds(10);
    private static final int KILLED = 128 + 9;

    private final Instance instance;
    private final Instant begun;
    private final Clock clock;
    private final LogIntake log;
    private final Consumer<Outcome> told;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Optional<RunningProgram> program = Optional.empty();
    private volatile boolean ending;
    private volatile boolean abandoned;
    private volatile Duration timeout;
    private volatile Thread thread = Thread.currentThread();

    /** @param told hears once how it ended, unless it is abandoned */
    ScheduledRun(
            Instance instance, Instant begun, Duration timeout, Clock clock, LogIntake log, Consumer<Outcome> told) {
        this.instance = instance;
        this.begun = begun;
        this.timeout = timeout;
        this.clock = clock;
        this.log = log;
        this.told = told;
    }

    Instance instance() {
        return instance;
    }

    Instant begun() {
        return begun;
    }

    /** Among the lines that it writes. */
    void note(String text) {
        log.note(text);
    }

    void limit(Duration changed) {
        timeout = changed;
    }

    void begin(Function<Consumer<Footprint>, RunningProgram> starter, Consumer<InstanceState> remember) {
        follow(() -> {
            RunningProgram started =
                    starter.apply(footprint -> remember.accept(new InstanceState(instance, footprint)));
            program = Optional.of(started);
            if (ending) {
                started.kill();
            }
            return watch(started);
        });
    }

    /** Goes on with one that an earlier server began. */
    void resume(RunningProgram running) {
        program = Optional.of(running);
        follow(() -> watch(running));
    }

    /** It has ended while no server was there; its output may tell how. */
    void endedUnseen() {
        follow(() -> {
            log.finish();
            OptionalInt exit = log.toldExit();
            return exit.isPresent()
                    ? outcome(new Exit(exit.getAsInt(), false), false)
                    : new Outcome.Failed("It ended while the server was down.");
        });
    }

    /** TERM, then KILL after the grace. Returns when nothing of it is left. */
    void end(Duration grace) throws InterruptedException {
        ending = true;
        Optional<RunningProgram> running = program;
        if (running.isPresent()) {
            running.get().stop(grace);
        }
        over.await();
    }

    /** Lets it run on, as at the end of this server. */
    void abandon() {
        abandoned = true;
        thread.interrupt();
    }

    private interface Body {
        Outcome run() throws InterruptedException;
    }

    private void follow(Body body) {
        thread = Thread.ofVirtual().name("run of " + instance.key().process()).unstarted(() -> {
            Outcome outcome = new Outcome.Failed("It could not be started.");
            try {
                outcome = body.run();
            } catch (ProblemException notStarted) {
                String why = notStarted.problem().detail();
                log.note("could not be started: " + why);
                outcome = new Outcome.Failed(why);
            } catch (RuntimeException failed) {
                LOG.log(System.Logger.Level.ERROR, "run of " + instance.key(), failed);
            } catch (InterruptedException serverEnds) {
                Thread.currentThread().interrupt();
            } finally {
                if (!abandoned) {
                    program.ifPresent(RunningProgram::kill);
                    told.accept(outcome);
                }
                over.countDown();
            }
        });
        thread.start();
    }

    private Outcome watch(RunningProgram running) throws InterruptedException {
        boolean late = false;
        while (!running.awaitEnd(LOOK)) {
            if (!ending && clock.instant().isAfter(begun.plus(timeout))) {
                late = true;
                running.stop(LATE_GRACE);
            }
        }
        boolean outOfMemory = running.outOfMemoryKills() > 0;
        running.kill();
        log.finish();
        Exit exit = new Exit(running.exitCode().orElseGet(() -> log.toldExit().orElse(KILLED)), outOfMemory);
        return outcome(exit, late);
    }

    private Outcome outcome(Exit exit, boolean late) {
        if (late) {
            String why = "ended after " + timeout.toSeconds() + " s, its timeout";
            log.note(why);
            return new Outcome.Failed(why);
        }
        if (ending) {
            String why = "ended, because its release is not live any more";
            log.note(why);
            return new Outcome.Failed(why);
        }
        if (exit.outOfMemory()) {
            log.note("out of memory; set a higher `memory:` in backend.yml");
        }
        if (exit.code() != 0) {
            log.note("exited with " + exit.code());
        }
        return new Outcome.Ended(exit);
    }
}
