package im.backend.orchestrator;

import im.backend.domain.ProjectId;
import java.util.LinkedHashSet;
import java.util.Set;

/** Remembers what was deleted. */
public final class FakeStorage implements Storage {
    private final Set<ProjectId> deleted = new LinkedHashSet<>();

    public synchronized Set<ProjectId> deleted() {
        return Set.copyOf(deleted);
    }

    @Override
    public synchronized void delete(ProjectId project) {
        deleted.add(project);
    }

    @Override
    public long usedBytes(ProjectId project) {
        return 0;
    }
}
