package im.backend.cluster;

import java.time.Instant;
import java.util.Optional;

/**
 * Which part of what a container wrote.
 *
 * @param follow goes on with what it will write, until it ends
 * @param previous of the container before its last restart
 * @param timestamps each line begins with its RFC 3339 time and a space
 * @param since whole seconds; empty for all that is kept
 * @param lastLines only so many from the end; 0 for all
 */
public record LogRequest(
        String container,
        boolean follow,
        boolean previous,
        boolean timestamps,
        Optional<Instant> since,
        int lastLines) {
    public static LogRequest of(String container) {
        return new LogRequest(container, false, false, false, Optional.empty(), 0);
    }

    public LogRequest following() {
        return new LogRequest(container, true, previous, timestamps, since, lastLines);
    }

    public LogRequest ofPrevious() {
        return new LogRequest(container, follow, true, timestamps, since, lastLines);
    }

    public LogRequest timestamped() {
        return new LogRequest(container, follow, previous, true, since, lastLines);
    }

    public LogRequest since(Instant at) {
        return new LogRequest(container, follow, previous, timestamps, Optional.of(at), lastLines);
    }

    public LogRequest last(int lines) {
        return new LogRequest(container, follow, previous, timestamps, since, lines);
    }

    Call call(Address pod) {
        return Call.get("read the log of pod " + pod, Kind.POD.path(pod) + "/log")
                .with("container", container)
                .with("follow", follow ? "true" : "")
                .with("previous", previous ? "true" : "")
                .with("timestamps", timestamps ? "true" : "")
                .with(
                        "sinceTime",
                        since.map(at -> at.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                        .toString())
                                .orElse(""))
                .with("tailLines", lastLines == 0 ? "" : Integer.toString(lastLines));
    }
}
