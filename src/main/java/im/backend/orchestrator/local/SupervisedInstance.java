package im.backend.orchestrator.local;

import im.backend.host.Footprint;
import im.backend.host.RunningProgram;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.InstanceId;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps one instance running: waits for its end, says why, and starts it again after a pause, until it is stopped. Safe for
 * several threads.
 */
final class SupervisedInstance {
    private static final Duration STARTING_LOOK = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration START_BOOST_MAX = Duration.ofSeconds(60);
    private static final int CONNECT_MILLIS = 100;
    private static final int KILLED = 128 + 9;

    private final Workload workload;
    private final Instance instance;
    private final LogIntake log;
    private final Function<Consumer<Footprint>, RunningProgram> starter;
    private final Consumer<InstanceState> remember;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Optional<RunningProgram> program = Optional.empty();
    private volatile Optional<Exit> lastExit = Optional.empty();
    private volatile int restarts;
    private volatile boolean abandoned;
    private Thread supervisor = Thread.currentThread();

    /** @param starter starts the program once, telling what to remember before it runs */
    SupervisedInstance(
            Workload workload,
            Instance instance,
            LogIntake log,
            Function<Consumer<Footprint>, RunningProgram> starter,
            Consumer<InstanceState> remember) {
        this.workload = workload;
        this.instance = instance;
        this.log = log;
        this.starter = starter;
        this.remember = remember;
    }

    /** Starts it, unless an earlier server did. Fails as the first start fails. */
    void begin(Optional<RunningProgram> adopted) {
        RunningProgram first = adopted.orElseGet(this::startProgram);
        program = Optional.of(first);
        supervisor = Thread.ofVirtual()
                .name("instance " + new InstanceId(instance.key()))
                .start(() -> supervise(first, adopted.isPresent()));
    }

    Instance instance() {
        return instance;
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    Optional<Exit> lastExit() {
        return lastExit;
    }

    Observation observe() {
        Optional<RunningProgram> running = program.filter(RunningProgram::isAlive);
        if (running.isEmpty()) {
            return new Observation.Exited(lastExit.orElse(new Exit(KILLED, false)), restarts);
        }
        return new Observation.Running(
                List.copyOf(running.get().listening()), running.get().memoryBytes(), restarts);
    }

    /** Returns when nothing of it is left; a second caller waits for the first one's end. */
    void stop(Duration grace) throws InterruptedException {
        stopping.countDown();
        Optional<RunningProgram> running = program;
        if (running.isPresent()) {
            running.get().stop(grace);
        }
        stopped.await();
    }

    /** Stops looking after it and lets it run on, as at the end of this server. */
    void abandon() {
        abandoned = true;
        supervisor.interrupt();
    }

    private void supervise(RunningProgram first, boolean adopted) {
        RunningProgram current = first;
        boolean boosted = !adopted;
        RestartPolicy policy = RestartPolicy.fresh();
        try {
            while (true) {
                long startedAt = System.nanoTime();
                boolean ranOutOfMemory = watch(current, boosted);
                end(current, ranOutOfMemory);
                if (isStopping()) {
                    return;
                }
                policy = policy.afterEnd(Duration.ofNanos(System.nanoTime() - startedAt));
                note(policy);
                Optional<RunningProgram> next = startAgain(policy);
                if (next.isEmpty()) {
                    return;
                }
                current = next.get();
                boosted = true;
            }
        } catch (InterruptedException serverEnds) {
            Thread.currentThread().interrupt();
        } finally {
            if (!abandoned) {
                program.ifPresent(RunningProgram::kill);
            }
            stopped.countDown();
        }
    }

    /** Waits for the end; sets the CPU limit when the start is over; tells of memory kills that the app survives. */
    private boolean watch(RunningProgram current, boolean boosted) throws InterruptedException {
        long startedAt = System.nanoTime();
        boolean starting = boosted;
        if (!starting) {
            current.limitCpu(workload.terms().resources().cpuMillis());
        }
        long kills = 0;
        while (!current.awaitEnd(starting ? STARTING_LOOK : LOOK)) {
            Duration up = Duration.ofNanos(System.nanoTime() - startedAt);
            if (starting && (up.compareTo(START_BOOST_MAX) > 0 || answers())) {
                current.limitCpu(workload.terms().resources().cpuMillis());
                starting = false;
            }
            long seen = current.outOfMemoryKills();
            if (seen > kills) {
                log.note(outOfMemory());
            }
            kills = seen;
        }
        return current.outOfMemoryKills() > 0;
    }

    private void end(RunningProgram current, boolean outOfMemory) {
        current.kill();
        log.finish();
        int told = log.toldExit().orElse(KILLED);
        Exit exit = new Exit(current.exitCode().orElse(told), outOfMemory);
        lastExit = Optional.of(exit);
    }

    private void note(RestartPolicy policy) {
        Exit exit = lastExit.orElseThrow();
        if (exit.outOfMemory()) {
            log.note(outOfMemory());
        }
        String loop =
                policy.isCrashLoop() ? ", " + policy.failuresInARow() + " times in a row: this is a crash loop" : "";
        log.note("ended with exit code " + exit.code() + loop + "; starts again in "
                + policy.pause().toSeconds() + " s");
    }

    private String outOfMemory() {
        return "out of memory: the limit is " + (workload.terms().resources().memoryBytes() >> 20)
                + " MiB; set a higher `memory:` in backend.yml";
    }

    /** Empty when it was stopped meanwhile. */
    private Optional<RunningProgram> startAgain(RestartPolicy first) throws InterruptedException {
        RestartPolicy policy = first;
        while (!stopping.await(policy.pause().toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                RunningProgram next = startProgram();
                restarts++;
                program = Optional.of(next);
                if (isStopping()) {
                    next.kill();
                    return Optional.empty();
                }
                return Optional.of(next);
            } catch (ProblemException notNow) {
                log.note("could not be started again: " + notNow.problem().detail());
                policy = policy.afterEnd(Duration.ZERO);
            }
        }
        return Optional.empty();
    }

    private RunningProgram startProgram() {
        return starter.apply(footprint -> remember.accept(new InstanceState(instance, footprint)));
    }

    private boolean answers() {
        if (instance.endpoint().isEmpty()) {
            return false;
        }
        var endpoint = instance.endpoint().get();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
