package im.backend.server.edge;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;

/** The library's HTTP/1.1 connection, told apart into phases by the request limit that it asks for each request. */
record EdgeConnection(ServerConnection inner, EdgeContext context, Runnable release)
        implements ServerConnection, InterruptableTask<Void> {
    @Override
    public void handle(Limit limit) throws InterruptedException {
        context.conversation().socket().take();
        try {
            inner.handle(new PhaseLimit(limit, inner, context));
        } finally {
            release.run();
        }
    }

    @Override
    public Duration idleTime() {
        return inner.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        inner.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return inner instanceof InterruptableTask<?> task && task.canInterrupt();
    }
}
