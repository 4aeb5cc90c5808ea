package im.backend.host;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One program whose output is read while it runs, in bounded memory: a reader that is not fast enough slows it down. */
final class AttendedRun implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 16 * 1024;
    private static final int QUEUE_LINES_MAX = 1024;
    private static final Duration LOOK = Duration.ofMillis(50);

    private final RunningProgram program;
    private final InputStream output;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(QUEUE_LINES_MAX);
    private final Thread reader;

    AttendedRun(RunningProgram program) {
        this.program = program;
        this.output = new BufferedInputStream(program.output(), 1 << 16);
        this.reader =
                Thread.ofVirtual().name("output of " + program.footprint().id()).unstarted(this::read);
    }

    ProgramExit await(Duration timeout, Consumer<String> listener) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        reader.start();
        boolean timedOut = false;
        while (reader.isAlive() || !lines.isEmpty()) {
            @Nullable String line = lines.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (line != null) {
                listener.accept(line);
            }
            if (!timedOut && System.nanoTime() > deadline) {
                timedOut = true;
                program.killProcesses();
            } else if (line == null && !program.isAlive()) {
                program.killProcesses();
            }
        }
        program.awaitEnd(LOOK.multipliedBy(100));
        boolean outOfMemory = program.outOfMemoryKills() > 0;
        program.kill();
        int code = timedOut ? ProgramExit.TIMED_OUT : program.exitCode().orElse(128 + 9);
        return new ProgramExit(code, outOfMemory);
    }

    private void read() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (output) {
            int next = output.read();
            while (next >= 0) {
                if (next != '\n') {
                    line.write(next);
                }
                if (next == '\n' || line.size() >= LINE_BYTES_MAX) {
                    deliver(line);
                }
                next = output.read();
            }
            if (line.size() > 0) {
                deliver(line);
            }
        } catch (IOException closed) {
            return;
        } catch (InterruptedException nobodyListens) {
            return;
        }
    }

    private void deliver(ByteArrayOutputStream line) throws InterruptedException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        lines.put(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }

    /** Whatever happened, nothing of it goes on. */
    @Override
    public void close() {
        program.kill();
        reader.interrupt();
    }
}
