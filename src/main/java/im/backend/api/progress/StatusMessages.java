package im.backend.api.progress;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ReleaseVersion;
import im.backend.wire.deployment.FailureBody;
import im.backend.wire.deployment.StatusMessage;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Events of a deployment as the contract writes them. */
public final class StatusMessages {
    private StatusMessages() {}

    /** Why a deployment failed. */
    public static FailureBody failure(DeploymentEvent.Failed failed) {
        return new FailureBody(
                failed.code(), failed.detail(), failed.fix(), failed.stage().wireName(), failed.evidence());
    }

    /**
     * An event as seed 004 has it.
     *
     * @param status that the deployment is in: output does not change it and carries it all the same
     */
    public static StatusMessage of(Deployment deployment, LoggedEvent logged, DeploymentStatus status) {
        return switch (logged.event()) {
            case DeploymentEvent.Entered(DeploymentStatus entered, List<String> logs) ->
                message(deployment, logged, entered.wireName(), logs, Optional.empty());
            case DeploymentEvent.Output(List<String> lines) ->
                message(deployment, logged, status.wireName(), lines, Optional.empty());
            case DeploymentEvent.Resumed(int attempt) ->
                message(
                        deployment,
                        logged,
                        status.wireName(),
                        List.of("The server was restarted; attempt " + attempt + " begins."),
                        Optional.empty());
            case DeploymentEvent.Completed(ReleaseVersion version, URI url, List<String> logs) ->
                new StatusMessage(
                        deployment.id().toString(),
                        deployment.project().toString(),
                        deployment.commit().shortForm(),
                        DeploymentStatus.COMPLETE.wireName(),
                        Optional.of(url.toString()),
                        logs,
                        logged.sequence(),
                        logged.at(),
                        Optional.of(version.toString()),
                        Optional.empty());
            case DeploymentEvent.Failed failed ->
                message(
                        deployment,
                        logged,
                        DeploymentStatus.FAILED.wireName(),
                        failed.fix().isEmpty() ? List.of(failed.detail()) : List.of(failed.detail(), failed.fix()),
                        Optional.of(failure(failed)));
        };
    }

    private static StatusMessage message(
            Deployment deployment, LoggedEvent logged, String status, List<String> logs, Optional<FailureBody> error) {
        return new StatusMessage(
                deployment.id().toString(),
                deployment.project().toString(),
                deployment.commit().shortForm(),
                status,
                Optional.empty(),
                logs,
                logged.sequence(),
                logged.at(),
                Optional.empty(),
                error);
    }
}
