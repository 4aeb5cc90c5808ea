package im.backend.build.pod;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/**
 * What a program writes in another thread, as lines in this one. A slow listener slows the program down: only so many lines
 * wait.
 */
final class LineFeed {
    private static final int WAITING_MAX = 1_000;
    private static final int LINE_BYTES_MAX = 16 << 10;

    /** Empty at the end. */
    private final BlockingQueue<Optional<String>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);

    /** One of the program's outputs; used by one thread at a time. */
    OutputStream output() {
        return new Splitting();
    }

    /** Nothing more comes. */
    void end() throws InterruptedException {
        waiting.put(Optional.empty());
    }

    /** Passes lines on until {@link #end}. */
    void drainTo(Consumer<String> listener) throws InterruptedException {
        for (Optional<String> line = waiting.take(); line.isPresent(); line = waiting.take()) {
            listener.accept(line.get());
        }
    }

    private final class Splitting extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int octet) throws IOException {
            if (octet == '\n') {
                put();
                return;
            }
            line.write(octet);
            if (line.size() >= LINE_BYTES_MAX) {
                put();
            }
        }

        @Override
        public void close() throws IOException {
            if (line.size() > 0) {
                put();
            }
        }

        private void put() throws IOException {
            try {
                waiting.put(Optional.of(line.toString(StandardCharsets.UTF_8)));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            line.reset();
        }
    }
}
