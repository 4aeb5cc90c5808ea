package im.backend.deploy;

import im.backend.domain.DeploymentId;
import java.time.Clock;
import java.util.function.Supplier;

/** Composes the package: opens what deployments need, and hands out the use cases. */
public final class DeployEngine implements AutoCloseable {
    public DeployEngine(Ports ports, DeploySettings settings, Clock clock, Supplier<DeploymentId> ids) {
        throw new UnsupportedOperationException();
    }

    /** Brings up what was live, removes what nobody wants, and goes on with what was unfinished. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Stops running deployments without an end, so that the next start goes on with them. Apps run on. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    public Deployments deployments() {
        throw new UnsupportedOperationException();
    }

    public Releases releases() {
        throw new UnsupportedOperationException();
    }

    public Operations operations() {
        throw new UnsupportedOperationException();
    }
}
