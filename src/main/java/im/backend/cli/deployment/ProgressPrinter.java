package im.backend.cli.deployment;

import im.backend.cli.terminal.Terminal;
import im.backend.cli.terminal.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a deployment with their times: on a terminal the present one moves, elsewhere each is one plain line when
 * it has ended.
 */
final class ProgressPrinter implements AutoCloseable {
    private static final String[] FRAMES = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    private static final Duration FRAME_TIME = Duration.ofMillis(100);
    private static final int LABEL_WIDTH = 20;

    private final Terminal terminal;
    private final boolean live;
    private final @Nullable Thread ticker;
    private String label = "";
    private String detail = "";
    private long startedNanos;
    private @Nullable Instant startedAt;
    private int frame;
    private boolean closed;

    ProgressPrinter(Terminal terminal) {
        this.terminal = terminal;
        this.live = terminal.canRedraw();
        this.ticker = live ? Thread.ofPlatform().daemon().name("spinner").start(this::tick) : null;
    }

    /** Ends the stage before and begins this one. */
    synchronized void stage(String next) {
        stage(next, null);
    }

    /** @param at when it began, by the server's clock; null takes this machine's */
    synchronized void stage(String next, @Nullable Instant at) {
        end(at);
        label = next;
        startedNanos = System.nanoTime();
        startedAt = at;
        draw();
    }

    /** What the present stage is at, as {@code 34 KB}. */
    synchronized void detail(String text) {
        detail = text;
        draw();
    }

    synchronized void output(List<String> lines) {
        if (live) {
            terminal.clear();
        }
        lines.forEach(line -> terminal.note("  " + terminal.dimNote("│") + " " + line));
        draw();
    }

    synchronized void failed() {
        if (!label.isEmpty()) {
            line(terminal.bad(live ? "✗" : "failed:"), null);
        }
        label = "";
    }

    synchronized void done(@Nullable Instant at) {
        end(at);
    }

    private void end(@Nullable Instant at) {
        if (!label.isEmpty()) {
            line(terminal.good(live ? "✓" : "-"), at);
        }
        label = "";
        detail = "";
    }

    private void line(String mark, @Nullable Instant at) {
        if (live) {
            terminal.clear();
        }
        String time = Times.span(elapsed(at));
        String text = label + " ".repeat(Math.max(1, LABEL_WIDTH - label.length()));
        String shown = detail.isEmpty() ? "" : "  " + terminal.dimNote(detail);
        terminal.note("  " + mark + " " + text + " ".repeat(Math.max(0, 7 - time.length())) + time + shown);
    }

    private Duration elapsed(@Nullable Instant at) {
        Instant began = startedAt;
        return at != null && began != null
                ? Duration.between(began, at)
                : Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    private void draw() {
        if (live && !label.isEmpty() && !closed) {
            String time = Times.span(Duration.ofNanos(System.nanoTime() - startedNanos));
            String shown = detail.isEmpty() ? "" : "  " + terminal.dimNote(detail);
            terminal.redraw("  " + FRAMES[frame % FRAMES.length] + " " + label
                    + " ".repeat(Math.max(1, LABEL_WIDTH - label.length())) + " ".repeat(Math.max(0, 7 - time.length()))
                    + time + shown);
        }
    }

    private void tick() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(FRAME_TIME);
                synchronized (this) {
                    frame++;
                    draw();
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        if (live && !closed) {
            terminal.clear();
        }
        closed = true;
        if (ticker != null) {
            ticker.interrupt();
        }
    }
}
