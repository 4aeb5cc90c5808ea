package im.backend.orchestrator;

import im.backend.domain.ProjectId;
import java.util.List;

/** What the apps wrote, kept across redeploys up to a limit per project. Lines are not redacted here. */
public interface InstanceLogs {
    /** The last lines of all instances of the project, oldest first. */
    List<LogLine> last(ProjectId project, int countMax);

    /** Lines after {@code position}, oldest first; empty when there is none yet. */
    List<LogLine> after(ProjectId project, long position, int countMax);

    /** The last lines of one instance, oldest first, to explain why it failed. */
    List<LogLine> tail(Workload.Key key, int countMax);
}
