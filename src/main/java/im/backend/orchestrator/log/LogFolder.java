package im.backend.orchestrator.log;

import im.backend.domain.ProjectId;
import im.backend.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The logs of all projects, one folder each. Safe for several threads. */
public final class LogFolder {
    private static final long PROJECT_BYTES_MAX = 100L << 20;

    private final Path folder;
    private final Map<ProjectId, ProjectLog> logs = new ConcurrentHashMap<>();

    public LogFolder(Path folder) {
        this.folder = folder;
    }

    /** Opened at first use. */
    public ProjectLog of(ProjectId project) {
        return logs.computeIfAbsent(project, id -> {
            ProjectLog log = new ProjectLog(pathOf(id), PROJECT_BYTES_MAX);
            log.open();
            return log;
        });
    }

    /** For what a technology keeps beside the lines; goes with them. */
    public Path pathOf(ProjectId project) {
        return folder.resolve(project.value());
    }

    public void delete(ProjectId project) {
        ProjectLog log = logs.remove(project);
        (log == null ? new ProjectLog(pathOf(project), PROJECT_BYTES_MAX) : log).delete();
    }

    public long usedBytes(ProjectId project) {
        try {
            return new FileTree(pathOf(project)).bytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
