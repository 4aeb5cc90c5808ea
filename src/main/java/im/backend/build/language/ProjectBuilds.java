package im.backend.build.language;

import im.backend.build.BuildListener;
import im.backend.build.Built;
import im.backend.domain.ProjectId;
import im.backend.file.FileTree;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Builds of all projects: one at a time for each, and what they leave for the next one. Safe for several threads. */
public final class ProjectBuilds {
    private static final System.Logger LOG = System.getLogger(ProjectBuilds.class.getName());
    private static final Duration UNUSED_MAX = Duration.ofDays(7);

    private final Path folder;
    private final Clock clock;
    private final Map<ProjectId, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** @param folder of caches and work folders; on the file system of the images */
    public ProjectBuilds(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** One build, with the project's cache to itself. */
    @FunctionalInterface
    public interface Build {
        Built build(ProjectCache cache, BuildOutput output) throws IOException, InterruptedException;
    }

    /** Removes what builds of an earlier server left behind. */
    public void start() {
        try {
            new FileTree(work()).delete();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The folder of the running builds' own folders. */
    public Path work() {
        return folder.resolve("work");
    }

    /** Waits for the project's last build to end. Fails with {@code cancelled} when the thread is interrupted. */
    public Built alone(ProjectId project, BuildListener listener, Build build) {
        ReentrantLock lock = locks.computeIfAbsent(project, absent -> new ReentrantLock());
        BuildOutput output = new BuildOutput(listener);
        try {
            lock.lockInterruptibly();
            try {
                return build.build(new ProjectCache(folderOf(project)), output);
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The build was cancelled.", "", output.evidence())
                    .asException(interrupted);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Removes results that no build used for a week. */
    public void prune() {
        long before = clock.millis() - UNUSED_MAX.toMillis();
        try {
            for (Path project : ProjectCache.list(folder.resolve("projects"))) {
                new ProjectCache(project).prune(before);
            }
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "build caches not pruned", failed);
        }
    }

    /** Removes all that builds of this project left. */
    public void forget(ProjectId project) {
        try {
            new FileTree(folderOf(project)).delete();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "build caches of " + project + " not removed", failed);
        }
    }

    private Path folderOf(ProjectId project) {
        return folder.resolve("projects").resolve(project.value());
    }
}
