package im.backend.source.git;

import im.backend.domain.ProjectId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.GC;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.storage.pack.PackConfig;

/**
 * Joins the packs of a repository when there are many: each upload and push leaves one, and each look-up asks all of them.
 * Its refs too: each new one is a file, and each advertisement reads all of them. One repository at a time, on one thread, and only while nobody adds objects; readers go on in the new pack.
 */
final class Housekeeping implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());
    private static final int PACKS_MAX = 50;
    private static final int LOOSE_REFS_MAX = 200;
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** Unreachable objects live on loose for this long: a deployment that waits or a slow reader may still need them. */
    private static final Duration UNREACHABLE_KEPT = Duration.ofDays(2);

    private final Repositories repositories;
    private final Set<ProjectId> waiting = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("git-housekeeping").factory());

    Housekeeping(Repositories repositories) {
        this.repositories = repositories;
    }

    /** To be called after objects were added; returns at once. */
    void added(ProjectId project, FileRepository git) {
        if (hasManyPacks(git) && waiting.add(project)) {
            later(project);
        }
    }

    /** To be called after a push, which may have made refs as well; returns at once. */
    void pushed(ProjectId project, FileRepository git) throws IOException {
        if ((hasManyPacks(git) || hasManyLooseRefs(git)) && waiting.add(project)) {
            later(project);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private void later(ProjectId project) {
        ScheduledFuture<?> _ = worker.schedule(() -> cleanQuietly(project), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cleanQuietly(ProjectId project) {
        long begin = System.nanoTime();
        try {
            if (!clean(project)) {
                later(project);
                return;
            }
            waiting.remove(project);
            LOG.log(
                    Level.DEBUG,
                    "repository packed: projectId={0} durationMs={1}",
                    project,
                    (System.nanoTime() - begin) / 1_000_000);
        } catch (Exception e) {
            // It is only slower until the next time.
            waiting.remove(project);
            LOG.log(Level.WARNING, "repository could not be packed: projectId=" + project, e);
        }
    }

    private static boolean hasManyPacks(FileRepository git) {
        return git.getObjectDatabase().getPacks().size() > PACKS_MAX;
    }

    private static boolean hasManyLooseRefs(FileRepository git) throws IOException {
        return git.getRefDatabase().getRefs().stream()
                        .filter(ref -> ref.getStorage() == Ref.Storage.LOOSE)
                        .limit(LOOSE_REFS_MAX + 1)
                        .count()
                > LOOSE_REFS_MAX;
    }

    /** False when somebody adds objects. Does nothing when the repository is gone. */
    boolean clean(ProjectId project) throws Exception {
        if (!repositories.exists(project)) {
            return true;
        }
        Optional<Repositories.Lease> alone = repositories.aloneNow(project);
        if (alone.isEmpty()) {
            return false;
        }
        try (Repositories.Lease lease = alone.get()) {
            GC gc = new GC(lease.git());
            PackConfig packing = new PackConfig(lease.git());
            packing.setThreads(1);
            gc.setPackConfig(packing);
            gc.setExpireAgeMillis(UNREACHABLE_KEPT.toMillis());
            gc.setPackExpireAgeMillis(0);
            gc.gc().get();
            return true;
        }
    }
}
