package im.backend.server.metrics;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.store.DeploymentLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what is written to the log of deployments: since status is a fold of it, nothing can be missed there. */
public final class MeteredDeploymentLog implements DeploymentLog {
    private final DeploymentLog log;
    private final Metrics metrics;
    private final Map<DeploymentId, Stage> running = new ConcurrentHashMap<>();

    private record Stage(DeploymentStatus status, Instant since) {}

    public MeteredDeploymentLog(DeploymentLog log, Metrics metrics) {
        this.log = log;
        this.metrics = metrics;
    }

    @Override
    public Deployment open(Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency) {
        Deployment opened = log.open(deployment, queued, idempotency);
        if (opened.id().equals(deployment.id())) {
            running.put(opened.id(), new Stage(DeploymentStatus.QUEUED, opened.createdAt()));
        }
        return opened;
    }

    @Override
    public LoggedEvent append(DeploymentId deployment, DeploymentEvent event) {
        return counted(log.append(deployment, event));
    }

    @Override
    public LoggedEvent complete(Release release, DeploymentEvent.Completed completed) {
        return counted(log.complete(release, completed));
    }

    private LoggedEvent counted(LoggedEvent logged) {
        switch (logged.event()) {
            case DeploymentEvent.Entered entered -> entered(logged, entered.status());
            case DeploymentEvent.Completed completed -> ended(logged, DeploymentStatus.COMPLETE.wireName());
            case DeploymentEvent.Failed failed -> ended(logged, failed.code());
            case DeploymentEvent.Output output -> {}
            case DeploymentEvent.Resumed resumed -> {}
        }
        return logged;
    }

    private void entered(LoggedEvent logged, DeploymentStatus status) {
        stageEnded(Optional.ofNullable(running.put(logged.deployment(), new Stage(status, logged.at()))), logged.at());
    }

    private void ended(LoggedEvent logged, String result) {
        stageEnded(Optional.ofNullable(running.remove(logged.deployment())), logged.at());
        metrics.deploymentEnded(result);
    }

    private void stageEnded(Optional<Stage> stage, Instant at) {
        stage.ifPresent(ended -> metrics.stageEnded(ended.status().wireName(), Duration.between(ended.since(), at)));
    }

    @Override
    public Optional<Deployment> find(DeploymentId deployment) {
        return log.find(deployment);
    }

    @Override
    public List<LoggedEvent> after(DeploymentId deployment, long sequence, int countMax) {
        return log.after(deployment, sequence, countMax);
    }

    @Override
    public List<Deployment> list(ProjectId project, Instant before, int countMax) {
        return log.list(project, before, countMax);
    }

    @Override
    public List<Deployment> unfinished() {
        return log.unfinished();
    }
}
