package im.backend.deploy.progress;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Release;
import im.backend.store.DeploymentLog;
import java.util.List;

/** The log and those who watch it: whatever is appended here is told to them too. */
public record Journal(DeploymentLog log, ProgressHub hub) {
    public LoggedEvent append(DeploymentId deployment, DeploymentEvent event) {
        LoggedEvent logged = log.append(deployment, event);
        hub.publish(logged);
        return logged;
    }

    LoggedEvent complete(Release release, DeploymentEvent.Completed completed) {
        LoggedEvent logged = completeOnce(release, completed);
        hub.publish(logged);
        return logged;
    }

    /** When the answer is lost and not the write, what the log says counts. */
    private LoggedEvent completeOnce(Release release, DeploymentEvent.Completed completed) {
        try {
            return log.complete(release, completed);
        } catch (RuntimeException e) {
            return log.find(release.deployment())
                    .filter(deployment -> deployment.status() == DeploymentStatus.COMPLETE)
                    .flatMap(deployment -> log.after(deployment.id(), deployment.lastSequence() - 1, 1).stream()
                            .findFirst())
                    .orElseThrow(() -> e);
        }
    }

    /** Ends a deployment that does not run. */
    public void fail(Deployment deployment, String code, String detail, String fix) {
        append(deployment.id(), new DeploymentEvent.Failed(deployment.status(), code, detail, fix, List.of()));
    }
}
