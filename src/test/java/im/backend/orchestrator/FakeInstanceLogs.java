package im.backend.orchestrator;

import im.backend.domain.ProjectId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Lines in memory; a test adds what an app would have written. */
public final class FakeInstanceLogs implements InstanceLogs {
    private record Entry(ProjectId project, Workload.Key key, LogLine line) {}

    private final List<Entry> entries = new ArrayList<>();

    public synchronized void add(Workload workload, String text) {
        Workload.Key key = workload.key();
        LogLine line = new LogLine(
                entries.size() + 1L,
                Instant.EPOCH.plusSeconds(entries.size()),
                key.process(),
                key.ordinal(),
                LogLine.deploymentMark(key.deployment()),
                workload.release().commit().shortForm(),
                text);
        entries.add(new Entry(workload.project().id(), key, line));
    }

    @Override
    public List<LogLine> last(ProjectId project, int countMax) {
        return end(entry -> entry.project().equals(project), countMax);
    }

    @Override
    public synchronized List<LogLine> after(ProjectId project, long position, int countMax) {
        return entries.stream()
                .filter(entry -> entry.project().equals(project) && entry.line().position() > position)
                .map(Entry::line)
                .limit(countMax)
                .toList();
    }

    @Override
    public List<LogLine> tail(Workload.Key key, int countMax) {
        return end(entry -> entry.key().equals(key), countMax);
    }

    private synchronized List<LogLine> end(Predicate<Entry> wanted, int countMax) {
        List<LogLine> lines = entries.stream().filter(wanted).map(Entry::line).toList();
        return lines.subList(Math.max(0, lines.size() - countMax), lines.size());
    }
}
