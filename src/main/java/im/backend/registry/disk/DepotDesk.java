package im.backend.registry.disk;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.disk.shelf.DepotShelf;
import im.backend.registry.disk.shelf.DiskShelf;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.Receipts.Place;
import im.backend.registry.disk.shelf.RepositoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Opens the depot, and brings there in the background what is not there yet. */
final class DepotDesk implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DepotDesk.class.getName());

    private final Ground ground;
    private final Depot depot;
    private final DepotShelf shelf;
    private final DepotRecords records;
    private final Set<Digest> waiting = ConcurrentHashMap.newKeySet();
    /** Of the one thread below: an outage is told once. */
    private boolean away;

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("registry-depot").factory());

    DepotDesk(Ground ground, Depot depot) {
        this.ground = ground;
        this.depot = depot;
        this.shelf = switch (ground.shelf()) {
            case DepotShelf withDepot -> withDepot;
            case DiskShelf _ -> throw new IllegalArgumentException("a depot without its shelf");
        };
        this.records = new DepotRecords(ground.layout(), depot.objects());
    }

    DepotRecords records() {
        return records;
    }

    /** Fails with Conflict {@code object-store-unset} when the blobs are in a depot. */
    static void requireNone(Layout layout) throws IOException {
        if (Files.exists(layout.depot())) {
            throw new Problem.Conflict(
                            "object-store-unset",
                            "The registry's blobs are in a store of objects ("
                                    + DepotMark.read(layout).place()
                                    + "), and registry.s3 is not set. Set it, or bring the blobs back to this disk as"
                                    + " docs/growing.md says.")
                    .asException();
        }
    }

    void start() throws IOException {
        new DepotOpening(ground, shelf, depot.objects()).open();
        executor.execute(this::look);
        long everyMillis = depot.catchUpEvery().toMillis();
        executor.scheduleWithFixedDelay(this::catchUp, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
    }

    /** A server that was killed may have told the depot of less than it stored. */
    private void look() {
        try {
            for (RepositoryTree.Shard shard : shelf.shards()) {
                for (Digest digest : shard.digests()) {
                    if (isOnlyHere(digest)) {
                        waiting.add(digest);
                    }
                }
            }
            records.later(ground.tree().all());
        } catch (IOException failed) {
            LOG.log(WARNING, "object store: what is not there yet could not be looked for", failed);
        }
        if (!waiting.isEmpty()) {
            LOG.log(INFO, "object store: {0} blobs of this disk are sent to {1}", waiting.size(), place());
        }
        catchUp();
    }

    private boolean isOnlyHere(Digest digest) throws IOException {
        try {
            return shelf.receipts().read(digest).place() == Place.ONLY_HERE;
        } catch (NoSuchFileException collected) {
            return false;
        }
    }

    private void catchUp() {
        boolean much = !waiting.isEmpty();
        try {
            for (Digest digest : waiting) {
                shelf.send(digest);
                waiting.remove(digest);
            }
            records.catchUp();
            away = false;
            if (much) {
                LOG.log(INFO, "object store: all blobs of this disk are at {0}", place());
            }
        } catch (ProblemException unavailable) {
            LOG.log(
                    away ? DEBUG : WARNING,
                    "object store: {0} blobs and the tags of {1} repositories wait to be sent: {2}",
                    waiting.size(),
                    records.waiting(),
                    unavailable.getMessage());
            away = true;
        } catch (IOException | RuntimeException failed) {
            LOG.log(WARNING, "object store: could not send what is only here", failed);
        }
    }

    private String place() {
        return depot.objects().place();
    }

    DepotReport report() {
        Optional<String> failure = Optional.empty();
        try {
            depot.objects().check();
        } catch (ProblemException failed) {
            failure = Optional.of(failed.problem().detail());
        }
        try {
            return new DepotReport(
                    place(),
                    failure,
                    waiting.size(),
                    records.waiting(),
                    shelf.cache().sizeBytes(),
                    depot.cacheBytesMax());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
