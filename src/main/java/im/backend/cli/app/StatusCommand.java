package im.backend.cli.app;

import im.backend.cli.deployment.Attached;
import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Table;
import im.backend.cli.terminal.Terminal;
import im.backend.cli.terminal.Times;
import im.backend.client.JsonObject;
import java.util.List;

/** The command {@code status}. */
public final class StatusCommand implements Action {
    @Override
    public int run(Session session) {
        JsonObject state = session.client().get(session.projectPath() + "/state");
        Terminal terminal = session.terminal();
        if (session.json()) {
            terminal.answer(state.toString());
            return ExitCode.DONE.code();
        }
        String project = state.text("projectId", session.project());
        if (state.text("release").isEmpty()) {
            terminal.answer(terminal.bold(project) + "  nothing is live");
            state.object("newest").ifPresent(newest -> tellNewest(terminal, newest));
            terminal.note(
                    hasReleases(session)
                            ? "Deploy it: backendim deploy. Or run the last release again: backendim start"
                            : "Deploy it: backendim deploy");
            return ExitCode.DONE.code();
        }
        String url = state.texts("urls").isEmpty() ? "" : state.texts("urls").getFirst();
        terminal.answer(terminal.bold(project) + "  " + state.text("release", "") + "  " + url);
        for (JsonObject host : state.objects("unsecured")) {
            terminal.answer(host.text("host", "") + " has no certificate yet: " + host.text("why", ""));
        }
        List<JsonObject> instances = state.objects("instances");
        if (!instances.isEmpty()) {
            terminal.answer("");
            Table table = new Table("INSTANCE", "STATE", "RESTARTS", "MEMORY");
            for (JsonObject instance : instances) {
                long memory = instance.number("memoryBytes", -1);
                table.row(
                        instance.text("process", "") + "." + instance.text("ordinal", "0"),
                        describe(instance),
                        instance.text("restarts", "0"),
                        memory < 0 ? "-" : Times.size(memory));
            }
            table.print(terminal);
        }
        tellCron(session, state.objects("cron"));
        state.object("newest").ifPresent(newest -> tellNewest(terminal, newest));
        return ExitCode.DONE.code();
    }

    private static boolean hasReleases(Session session) {
        return !session.client()
                .get(session.projectPath() + "/releases?limit=1")
                .objects("items")
                .isEmpty();
    }

    private static void tellCron(Session session, List<JsonObject> cron) {
        if (cron.isEmpty()) {
            return;
        }
        session.terminal().answer("");
        Table table = new Table("CRON", "SCHEDULE (UTC)", "NEXT", "LAST RUN");
        for (JsonObject entry : cron) {
            table.row(
                    entry.text("name", ""),
                    entry.text("schedule", ""),
                    entry.text("next", "suspended"),
                    entry.object("last").map(last -> describeRun(session, last)).orElse("-"));
        }
        table.print(session.terminal());
    }

    private static String describeRun(Session session, JsonObject run) {
        String how = run.text("exitCode")
                .map(code -> "exited with " + code)
                .orElseGet(() -> run.text("reason").orElse(run.text("state", "")));
        return session.age(run.text("begun", "")) + ", " + how;
    }

    /** What was asked for last, as long as it is not what runs. */
    private static void tellNewest(Terminal terminal, JsonObject newest) {
        String status = newest.text("status", "");
        if (!status.equals("complete")) {
            String why = newest.object("error")
                    .map(error -> ": " + error.text("detail", ""))
                    .orElse("");
            terminal.answer("");
            terminal.answer(
                    "The newest deployment " + newest.text("id", "") + " is at: " + Attached.words(status) + why);
        }
    }

    private static String describe(JsonObject instance) {
        String exit = instance.text("exitCode").map(code -> " (" + code + ")").orElse("");
        return instance.text("state", "") + (instance.flag("outOfMemory") ? " (out of memory)" : exit);
    }
}
