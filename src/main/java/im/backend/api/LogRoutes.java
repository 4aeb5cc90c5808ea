package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.deploy.Operations;
import im.backend.orchestrator.LogLine;
import im.backend.wire.app.LogLineBody;
import im.backend.wire.app.LogsReply;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an app wrote: the last lines, those after a position, or all that come. */
final class LogRoutes {
    private static final int LINES_DEFAULT = 100;
    private static final int LINES_MAX = 10_000;
    private static final int BATCH_MAX = 1_000;
    /** How long a new line may be on its way to a follower. */
    private static final Duration POLL = Duration.ofMillis(200);

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final Operations operations;
    private final Clock clock;
    private volatile boolean closed;

    LogRoutes(Operations operations, Clock clock) {
        this.operations = operations;
        this.clock = clock;
    }

    List<ApiRoute> routes() {
        return List.of(ApiRoute.get("/v1/projects/{project}/logs", Access.USER, "What the app wrote, oldest first")
                .query("lines", "how many of the last lines, up to 10000; 100 when absent")
                .query("after", "only lines after this position")
                .query("follow", "true sends line after line as they come (NDJSON)")
                .replies(new ApiRoute.Reply.Lines(LogLineBody.class, Optional.of(LogsReply.class)), this::logs));
    }

    private Answer logs(Call call) {
        int lines = (int) call.number("lines", LINES_DEFAULT, 0, LINES_MAX);
        Optional<Long> after = call.query("after").map(text -> call.number("after", 0, 0, Long.MAX_VALUE));
        List<LogLine> found = after.isPresent()
                ? operations.logsAfter(call.caller(), call.project(), after.get(), Math.max(1, lines))
                : operations.logs(call.caller(), call.project(), lines);
        long next = found.isEmpty() ? after.orElse(0L) : found.getLast().position();
        if (call.flag("follow")) {
            return new Answer.Lines(out -> follow(call, out, found, next));
        }
        return Answer.of(new LogsReply(found.stream().map(Bodies::line).toList(), next));
    }

    private void follow(Call call, Answer.LineWriter out, List<LogLine> first, long start)
            throws IOException, InterruptedException {
        List<LogLine> lines = first;
        long position = start;
        Instant heard = Instant.EPOCH;
        while (!closed) {
            for (LogLine line : lines) {
                out.write(Bodies.line(line));
                position = line.position();
            }
            if (!lines.isEmpty()) {
                heard = clock.instant();
            } else if (clock.instant().isAfter(heard.plus(KEEP_ALIVE))) {
                out.keepAlive();
                heard = clock.instant();
            }
            if (lines.size() < BATCH_MAX) {
                Thread.sleep(POLL);
            }
            lines = operations.logsAfter(call.caller(), call.project(), position, BATCH_MAX);
        }
    }

    /** Ends what is followed: a stream without end would hold up the server's own. */
    void close() {
        closed = true;
    }
}
