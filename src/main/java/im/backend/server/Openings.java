package im.backend.server;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Opens what does not need each other at the same time: most of a start is classes that are loaded and run for the first
 * time, and a machine has more than one core. Closing waits for all, so that whatever was opened can be closed.
 */
final class Openings implements AutoCloseable {
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("opening-", 0).factory());

    /** The result waits for the end of the opening and fails as the opening did. */
    <T> Supplier<T> begin(Supplier<T> opening) {
        Future<T> begun = threads.submit(opening::get);
        return () -> resultOf(begun);
    }

    private static <T> T resultOf(Future<T> begun) {
        try {
            return begun.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case RuntimeException expected -> throw expected;
                case Error broken -> throw broken;
                case null, default -> throw new IllegalStateException(failed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server was opened", e);
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
