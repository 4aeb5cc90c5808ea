package im.backend.deploy.progress;

import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.store.DeploymentLog;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells watchers what was logged; all of one deployment are handed the same object, so that five thousand are cheap. */
public final class ProgressHub {
    private final DeploymentLog log;
    private final Map<DeploymentId, Set<EventFeed>> feeds = new ConcurrentHashMap<>();

    public ProgressHub(DeploymentLog log) {
        this.log = log;
    }

    /** Subscribes before it reads the log, so that nothing is lost between the two. */
    public EventFeed open(DeploymentId deployment, long since) {
        EventFeed feed = new EventFeed(log, deployment, since, closed -> close(deployment, closed));
        feeds.compute(deployment, (id, present) -> {
            Set<EventFeed> all = present == null ? ConcurrentHashMap.newKeySet() : present;
            all.add(feed);
            return all;
        });
        return feed;
    }

    void publish(LoggedEvent event) {
        Set<EventFeed> watching = feeds.get(event.deployment());
        if (watching != null) {
            watching.forEach(feed -> feed.offer(event));
        }
    }

    int watchers(DeploymentId deployment) {
        return feeds.getOrDefault(deployment, Set.of()).size();
    }

    private void close(DeploymentId deployment, EventFeed feed) {
        feeds.computeIfPresent(deployment, (id, all) -> {
            all.remove(feed);
            return all.isEmpty() ? null : all;
        });
    }
}
