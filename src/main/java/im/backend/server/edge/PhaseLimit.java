package im.backend.server.edge;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.concurrency.limits.LimitAlgorithm;
import io.helidon.webserver.spi.ServerConnection;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The listener's request limit, seen from one connection: a permit taken is a head complete, a permit given back a reply sent. */
@SuppressWarnings("removal") // The WebSocket half of the library is older than the core and asks by the old methods.
record PhaseLimit(Limit inner, ServerConnection connection, EdgeContext context) implements Limit {
    @Override
    public Outcome tryAcquireOutcome(boolean wait) {
        Outcome outcome = inner.tryAcquireOutcome(wait);
        if (!(outcome instanceof Outcome.Accepted accepted)) {
            return outcome;
        }
        context.conversation().startBody(context.reader().available());
        return Outcome.immediateAcceptance(
                outcome.originName(), outcome.algorithmType(), new PhaseToken(accepted.token()));
    }

    @Override
    public Optional<LimitAlgorithm.Token> tryAcquire(boolean wait) {
        return inner.tryAcquire(wait);
    }

    @Override
    public Optional<LimitAlgorithm.Token> tryAcquire() {
        return inner.tryAcquire();
    }

    /** A WebSocket asks for each message it handles; its connection stays a tunnel. */
    @Override
    public <T> T invoke(Callable<T> handling) throws Exception {
        return inner.invoke(handling);
    }

    @Override
    public void invoke(Runnable handling) throws Exception {
        inner.invoke(handling);
    }

    @Override
    public Limit copy() {
        return new PhaseLimit(inner.copy(), connection, context);
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public String type() {
        return inner.type();
    }

    private final class PhaseToken implements LimitAlgorithm.Token {
        private final LimitAlgorithm.Token inner;

        private PhaseToken(LimitAlgorithm.Token inner) {
            this.inner = inner;
        }

        @Override
        public void success() {
            inner.success();
            context.conversation().endRequest(context.reader().available());
            if (context.conversation().closesAfterReply()) {
                // The library answers "Connection: close" and then waits for the next request (helidon #12324).
                connection.close(false);
            }
        }

        @Override
        public void dropped() {
            inner.dropped();
        }

        @Override
        public void ignore() {
            inner.ignore();
        }
    }
}
