package im.backend.store;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deployments and their events in memory. */
public final class InMemoryDeploymentLog implements DeploymentLog {
    private final InMemoryProjectStore projects;
    private final InMemoryReleaseStore releases;
    private final Clock clock;
    private final Map<DeploymentId, List<LoggedEvent>> events = new HashMap<>();
    private final Map<DeploymentId, Deployment> deployments = new LinkedHashMap<>();
    private final Map<Asked, Answered> requests = new HashMap<>();

    public InMemoryDeploymentLog(InMemoryProjectStore projects, InMemoryReleaseStore releases, Clock clock) {
        this.projects = projects;
        this.releases = releases;
        this.clock = clock;
        projects.onDelete(this::forget);
    }

    @Override
    public synchronized Deployment open(
            Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency) {
        Optional<Deployment> earlier = idempotency.flatMap(asked -> answered(deployment.by(), asked));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (projects.find(deployment.project()).isEmpty()) {
            throw new Problem.NotFound("No project " + deployment.project() + ".").asException();
        }
        deployments.put(deployment.id(), deployment);
        events.put(deployment.id(), new ArrayList<>());
        idempotency.ifPresent(asked -> requests.put(
                new Asked(deployment.by(), asked.key()),
                new Answered(asked.requestHash(), deployment.id(), clock.instant())));
        append(deployment.id(), queued);
        return find(deployment.id()).orElseThrow();
    }

    @Override
    public synchronized LoggedEvent append(DeploymentId id, DeploymentEvent event) {
        Deployment before = unfinished(id);
        LoggedEvent logged = new LoggedEvent(id, before.lastSequence() + 1, clock.instant(), event);
        events.get(id).add(logged);
        deployments.put(id, before.apply(logged));
        return logged;
    }

    @Override
    public synchronized LoggedEvent complete(Release release, DeploymentEvent.Completed completed) {
        unfinished(release.deployment());
        releases.add(release);
        return append(release.deployment(), completed);
    }

    @Override
    public synchronized Optional<Deployment> find(DeploymentId deployment) {
        return Optional.ofNullable(deployments.get(deployment));
    }

    @Override
    public synchronized List<LoggedEvent> after(DeploymentId deployment, long sequence, int countMax) {
        return events.getOrDefault(deployment, List.of()).stream()
                .filter(event -> event.sequence() > sequence)
                .limit(countMax)
                .toList();
    }

    @Override
    public synchronized List<Deployment> list(ProjectId project, Instant before, int countMax) {
        return List.copyOf(deployments.values()).reversed().stream()
                .filter(deployment -> deployment.project().equals(project))
                .filter(deployment -> deployment.createdAt().isBefore(before))
                .sorted(Comparator.comparing(Deployment::createdAt).reversed())
                .limit(countMax)
                .toList();
    }

    @Override
    public synchronized List<Deployment> unfinished() {
        return deployments.values().stream()
                .filter(deployment -> !deployment.status().terminal())
                .toList();
    }

    private Optional<Deployment> answered(UserName user, Idempotency asked) {
        Instant oldest = clock.instant().minus(Duration.ofHours(24));
        Optional<Answered> earlier = Optional.ofNullable(requests.get(new Asked(user, asked.key())))
                .filter(answer -> answer.at.isAfter(oldest) && deployments.containsKey(answer.deployment));
        if (earlier.isPresent() && !earlier.get().requestHash.equals(asked.requestHash())) {
            throw new Problem.Invalid("idempotency-mismatch", "The key was used for another request.").asException();
        }
        return earlier.flatMap(answer -> find(answer.deployment));
    }

    private Deployment unfinished(DeploymentId id) {
        Deployment deployment =
                find(id).orElseThrow(() -> new Problem.NotFound("No deployment " + id + ".").asException());
        if (deployment.status().terminal()) {
            throw new Problem.Conflict("already-finished", "Deployment " + id + " has ended.").asException();
        }
        return deployment;
    }

    private synchronized void forget(ProjectId project) {
        deployments.values().removeIf(deployment -> {
            boolean gone = deployment.project().equals(project);
            if (gone) {
                events.remove(deployment.id());
            }
            return gone;
        });
    }

    private record Asked(UserName user, String key) {}

    private record Answered(String requestHash, DeploymentId deployment, Instant at) {}
}
