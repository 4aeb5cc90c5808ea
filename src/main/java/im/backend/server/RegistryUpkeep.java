package im.backend.server;

import im.backend.domain.Release;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry;
import im.backend.store.ReleaseStore;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Collects the registry's garbage now and then, also where only clients push and nothing is ever deployed. */
final class RegistryUpkeep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RegistryUpkeep.class.getName());
    private static final Duration EVERY = Duration.ofHours(1);

    private final ImageRegistry registry;
    private final ReleaseStore releases;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("registry-upkeep").factory());

    RegistryUpkeep(ImageRegistry registry, ReleaseStore releases) {
        this.registry = registry;
        this.releases = releases;
    }

    /** The first time after a while: a start has enough to do. */
    void start() {
        executor.scheduleWithFixedDelay(this::collect, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private void collect() {
        try {
            Collected collected = registry.collect(
                    releases.kept().stream().map(Release::image).distinct().toList(), ImageRegistry.Extent.REMOVE);
            LOG.log(
                    collected.equals(Collected.NOTHING) ? Level.DEBUG : Level.INFO,
                    "registry collected: manifests={0} blobs={1} bytes={2} uploads={3}",
                    collected.manifests(),
                    collected.blobs(),
                    collected.bytes(),
                    collected.uploads());
        } catch (RuntimeException failed) {
            LOG.log(Level.WARNING, "the registry was not collected", failed);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
