package im.backend.deploy.upkeep;

import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Forgets releases beyond those that are kept, and the images that only they needed. */
public final class Janitor {
    private static final Duration PRUNE_EVERY = Duration.ofMinutes(10);
    private static final System.Logger LOG = System.getLogger(Janitor.class.getName());

    private final Ports ports;
    private final DeploySettings settings;
    private final Clock clock;
    /** Deployments read-lock it from their build until their release is recorded: between the two nobody names the image. */
    private final ReadWriteLock images = new ReentrantReadWriteLock();

    private volatile Instant prunedAt;

    public Janitor(Ports ports, DeploySettings settings, Clock clock) {
        this.ports = ports;
        this.settings = settings;
        this.clock = clock;
        this.prunedAt = clock.instant();
    }

    /** To be held while an image is in use that no release names yet. */
    public Lock imagesInUse() {
        return images.readLock();
    }

    void sweep(ProjectId project) {
        ports.stores().releases().keepNewest(project, settings.releasesKept());
        if (clock.instant().isAfter(prunedAt.plus(PRUNE_EVERY))) {
            prune();
        }
    }

    /** Does nothing while something is being deployed; there will be another time. */
    void prune() {
        Lock lock = images.writeLock();
        if (!lock.tryLock()) {
            return;
        }
        try {
            prunedAt = clock.instant();
            ports.images()
                    .prune(ports.stores().releases().kept().stream()
                            .map(Release::image)
                            .distinct()
                            .toList());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "images were not pruned", e);
        } finally {
            lock.unlock();
        }
    }
}
