package im.backend.deploy;

import im.backend.domain.LoggedEvent;
import java.time.Duration;
import java.util.Optional;

/** One watcher's view of a deployment's events: complete, in order, at the watcher's own pace. Used by one thread. */
public final class EventFeed implements AutoCloseable {
    /** The next event; empty when none came within {@code max}, or when {@link #ended}. */
    public Optional<LoggedEvent> next(Duration max) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** The terminal event was handed out: no other will follow. */
    public boolean ended() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
