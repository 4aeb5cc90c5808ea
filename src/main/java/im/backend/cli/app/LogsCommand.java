package im.backend.cli.app;

import im.backend.cli.deployment.DeploymentLogsCommand;
import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Terminal;
import im.backend.cli.terminal.Times;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command {@code logs}. */
public final class LogsCommand implements Action {
    private static final int TIME_LENGTH = 19;

    private boolean follow;
    private int lines = 100;
    private @Nullable String since;
    private @Nullable String process;
    private @Nullable String release;
    private @Nullable String grep;
    private boolean build;
    private boolean failed;

    @Override
    public void declare(Syntax syntax) {
        syntax.flag("-f, --follow", "Go on with every line that comes.", given -> follow = given);
        syntax.number(
                "-n, --lines", "COUNT", "How many of the last lines. Default: " + lines + ".", given -> lines = given);
        syntax.option("--since", "TIME", "Only lines of the last 30s, 10m or 1h.", given -> since = given);
        syntax.option(
                "--process",
                "NAME",
                "Only lines of this process, as web, worker or cron.cleanup.",
                given -> process = given);
        syntax.option("--release", "VERSION", "Only lines of this release, as v12.", given -> release = given);
        syntax.option("--grep", "TEXT", "Only lines that hold this text.", given -> grep = given);
        syntax.flag("--build", "What the build and start of the newest deployment wrote.", given -> build = given);
        syntax.flag("--failed", "As --build, of the newest deployment that failed.", given -> failed = given);
    }

    @Override
    public int run(Session session) {
        if (build || failed) {
            return buildLog(session);
        }
        if (lines < 0 || lines > 10_000) {
            throw Arguments.refused("--lines", String.valueOf(lines), "0 to 10000");
        }
        Optional<Instant> from =
                Optional.ofNullable(since).map(text -> session.clock().instant().minus(Session.span("--since", text)));
        String path = session.projectPath() + "/logs?lines=" + lines;
        if (!follow) {
            JsonObject reply = session.client().get(path);
            reply.objects("lines").forEach(line -> print(session, line, from));
            return ExitCode.DONE.code();
        }
        follow(session, path, from);
        return ExitCode.DONE.code();
    }

    /** A stream that ends was cut, as by a server that restarts: go on after the last line seen. */
    private void follow(Session session, String path, Optional<Instant> from) {
        long[] position = {-1};
        int tries = 0;
        while (tries < 20) {
            long before = position[0];
            String asked = position[0] < 0 ? path : session.projectPath() + "/logs?lines=10000&after=" + position[0];
            try {
                session.client().lines("GET", asked + "&follow=true", null, line -> {
                    position[0] = line.number("position", position[0]);
                    print(session, line, from);
                });
            } catch (ProblemException cut) {
                boolean gone = cut.problem() instanceof Problem.Unavailable unavailable
                        && unavailable.slug().equals(BackendClient.UNREACHABLE);
                if (!gone || before < 0) {
                    throw cut;
                }
            }
            tries = position[0] == before ? tries + 1 : 0;
            pause(Duration.ofMillis(500));
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("interrupted", "The wait was interrupted.", time).asException(ended);
        }
    }

    private void print(Session session, JsonObject line, Optional<Instant> from) {
        if (line.text("text").isEmpty() || !wanted(line, from)) {
            return;
        }
        Terminal terminal = session.terminal();
        if (session.json()) {
            terminal.answer(line.toString());
            return;
        }
        String at = line.text("at", "");
        String shown = at.length() > TIME_LENGTH ? at.substring(0, TIME_LENGTH) + "Z" : at;
        terminal.answer(terminal.dim(shown + " " + line.text("process", "") + "." + line.text("ordinal", "0") + " "
                        + line.text("release", "") + " |")
                + " " + line.text("text", ""));
    }

    private boolean wanted(JsonObject line, Optional<Instant> from) {
        Optional<Instant> at = Times.parse(line.text("at", ""));
        boolean lateEnough = from.isEmpty() || at.isEmpty() || !at.get().isBefore(from.get());
        return lateEnough
                && (process == null || process.equals(line.text("process", "")))
                && (release == null || release.equals(line.text("release", "")))
                && (grep == null || line.text("text", "").contains(grep));
    }

    private int buildLog(Session session) {
        List<JsonObject> deployments = session.client()
                .get(session.projectPath() + "/deployments?limit=" + (failed ? 50 : 1))
                .objects("items");
        Optional<JsonObject> wanted = deployments.stream()
                .filter(deployment -> !failed || deployment.text("status", "").equals("failed"))
                .findFirst();
        if (wanted.isEmpty()) {
            throw new Problem.NotFound(
                            "No deployment of " + session.project() + (failed ? " has failed." : " is there."))
                    .asException();
        }
        return DeploymentLogsCommand.print(session, wanted.get().text("id", ""));
    }
}
