package im.backend.deploy.rollout;

import static java.lang.System.Logger.Level.DEBUG;

import im.backend.domain.CommitHash;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.problem.ProblemException;
import im.backend.route.Draining;
import im.backend.route.Router;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Points all hosts of a project at one release, and back. */
public final class Traffic {
    private static final System.Logger LOG = System.getLogger(Traffic.class.getName());
    private static final Duration SECURED_POLL = Duration.ofMillis(500);

    private final Router router;
    private final Hosts hosts;
    private final Map<Hostname, List<Endpoint>> published = new ConcurrentHashMap<>();

    public Traffic(Router router, Hosts hosts) {
        this.router = router;
        this.hosts = hosts;
    }

    /** @return what was in flight to where the hosts pointed before */
    Draining publish(Release release, List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            return withdraw(release.project());
        }
        return all(each(hostsOf(release), host -> publish(host, endpoints)));
    }

    /**
     * Hosts of a live release that do not lead where they were sent.
     *
     * @param routes where all hosts lead
     */
    public List<Hostname> astray(Release release, Map<Hostname, List<Endpoint>> routes) {
        return hostsOf(release).stream()
                .filter(published::containsKey)
                .filter(host -> !Objects.equals(published.get(host), routes.get(host)))
                .toList();
    }

    public Draining withdraw(ProjectId project) {
        return all(hosts.of(project).stream().map(this::withdraw).toList());
    }

    /** The host of a release that is not live any more. */
    public Draining withdraw(ProjectId project, CommitHash commit) {
        List<Draining> drainings =
                hosts.of(project, commit).stream().map(this::withdraw).toList();
        hosts.release(project, commit);
        return all(drainings);
    }

    /** Those that are routed now, the shortest first. */
    public List<URI> urls(ProjectId project, List<CommitHash> commits) {
        List<Hostname> known = new ArrayList<>(hosts.of(project));
        commits.forEach(commit -> hosts.of(project, commit).ifPresent(known::add));
        return known.stream()
                .filter(host -> !router.endpoints(host).isEmpty())
                .map(hosts::url)
                .toList();
    }

    /** Why people can not ask the project's own hosts over https yet, by host; those that they can ask are not there. */
    public SortedMap<Hostname, String> unsecured(ProjectId project) {
        SortedMap<Hostname, String> unsecured = new TreeMap<>();
        hosts.of(project).forEach(host -> router.unsecured(host).ifPresent(why -> unsecured.put(host, why)));
        return unsecured;
    }

    /** As {@link #unsecured}, after a wait for those that are on their way. Nothing depends on it, so it never fails. */
    public SortedMap<Hostname, String> awaitSecured(ProjectId project, Duration max) {
        long deadline = System.nanoTime() + max.toNanos();
        try {
            SortedMap<Hostname, String> left = unsecured(project);
            while (!left.isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(SECURED_POLL);
                left = unsecured(project);
            }
            return left;
        } catch (ProblemException unknown) {
            LOG.log(
                    DEBUG,
                    "certificates of " + project + ": " + unknown.problem().detail());
            return Collections.emptySortedMap();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Collections.emptySortedMap();
        }
    }

    private Draining publish(Hostname host, List<Endpoint> endpoints) {
        Draining draining =
                hosts.isPassing(host) ? router.publishPassing(host, endpoints) : router.publish(host, endpoints);
        published.put(host, List.copyOf(endpoints));
        return draining;
    }

    /** Forgotten first: what goes now is not missed. */
    private Draining withdraw(Hostname host) {
        published.remove(host);
        return router.withdraw(host);
    }

    private List<Hostname> hostsOf(Release release) {
        List<Hostname> all = new ArrayList<>(hosts.of(release.project()));
        hosts.of(release.project(), release.commit()).ifPresent(all::add);
        return all;
    }

    /** Side by side: a router may be as far away as a cluster. */
    private static <T> List<T> each(List<Hostname> hosts, Function<Hostname, T> work) {
        List<Future<T>> results;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            results = hosts.stream()
                    .map(host -> threads.submit(() -> work.apply(host)))
                    .toList();
        }
        for (Future<T> result : results) {
            if (result.state() == Future.State.FAILED && result.exceptionNow() instanceof RuntimeException refused) {
                throw refused;
            }
        }
        return results.stream().map(Future::resultNow).toList();
    }

    public static Draining all(List<Draining> drainings) {
        return max -> {
            long deadline = System.nanoTime() + max.toNanos();
            boolean idle = true;
            for (Draining draining : drainings) {
                idle &= draining.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
            return idle;
        };
    }
}
