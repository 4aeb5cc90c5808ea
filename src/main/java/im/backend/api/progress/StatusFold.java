package im.backend.api.progress;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.wire.deployment.StatusMessage;
import java.util.List;
import java.util.Optional;

/** Gives each event its message, in order; output carries the status before it. */
public final class StatusFold {
    private final Deployment deployment;
    private final boolean output;
    private DeploymentStatus status = DeploymentStatus.QUEUED;

    public StatusFold(Deployment deployment, boolean output) {
        this.deployment = deployment;
        this.output = output;
    }

    public Optional<StatusMessage> next(LoggedEvent logged) {
        enter(logged);
        return output || entersStatus(logged.event())
                ? Optional.of(StatusMessages.of(deployment, logged, status))
                : Optional.empty();
    }

    /** Those are told to everyone, once each; the rest only to who asks for output. */
    public static boolean entersStatus(DeploymentEvent event) {
        return switch (event) {
            case DeploymentEvent.Entered entered -> true;
            case DeploymentEvent.Completed completed -> true;
            case DeploymentEvent.Failed failed -> true;
            case DeploymentEvent.Output output -> false;
            case DeploymentEvent.Resumed resumed -> false;
        };
    }

    void enter(LoggedEvent logged) {
        status = switch (logged.event()) {
            case DeploymentEvent.Entered(DeploymentStatus entered, List<String> logs) -> entered;
            case DeploymentEvent.Completed completed -> DeploymentStatus.COMPLETE;
            case DeploymentEvent.Failed failed -> DeploymentStatus.FAILED;
            case DeploymentEvent.Output lines -> status;
            case DeploymentEvent.Resumed resumed -> status;
        };
    }

    DeploymentStatus status() {
        return status;
    }
}
