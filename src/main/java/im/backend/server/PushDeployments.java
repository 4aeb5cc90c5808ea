package im.backend.server;

import im.backend.deploy.Deployments;
import im.backend.deploy.progress.EventFeed;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.LoggedEvent;
import im.backend.problem.Problem;
import im.backend.source.PushListener;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Deploys what was pushed, and tells the pusher's terminal how it goes. */
record PushDeployments(Deployments deployments) implements PushListener {
    private static final Duration WAIT = Duration.ofSeconds(30);

    @Override
    public URI pushed(Push push, Consumer<String> lines) {
        Deployment deployment = deployments.submitPush(push.caller(), push.project(), push.commit());
        lines.accept("Deployment " + deployment.id());
        try (EventFeed feed = deployments.watch(push.caller(), deployment.id(), 0)) {
            while (!feed.ended()) {
                Optional<LoggedEvent> logged = feed.next(WAIT);
                if (logged.isPresent()) {
                    Optional<URI> live = told(logged.get().event(), lines);
                    if (live.isPresent()) {
                        return live.get();
                    }
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        throw new Problem.Unavailable(
                        "stopping",
                        "The server is stopping; deployment " + deployment.id() + " goes on when it is back.",
                        WAIT)
                .asException();
    }

    private static Optional<URI> told(DeploymentEvent event, Consumer<String> lines) {
        switch (event) {
            case DeploymentEvent.Entered entered -> entered.logs().forEach(lines);
            case DeploymentEvent.Output output -> output.lines().forEach(lines);
            case DeploymentEvent.Resumed resumed -> lines.accept("The server was restarted; it begins again.");
            case DeploymentEvent.Completed completed -> {
                completed.logs().forEach(lines);
                return Optional.of(completed.url());
            }
            case DeploymentEvent.Failed failed ->
                throw new Problem.StageFailed(failed.code(), failed.detail(), failed.fix(), failed.evidence())
                        .asException();
        }
        return Optional.empty();
    }
}
