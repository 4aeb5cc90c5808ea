package im.backend.wire.app;

import java.util.List;

/** @param next ask with {@code after=next} for what comes after */
public record LogsReply(List<LogLineBody> lines, long next) {
    public LogsReply {
        lines = List.copyOf(lines);
    }
}
