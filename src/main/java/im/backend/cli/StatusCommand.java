package im.backend.cli;

import im.backend.client.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;

@Command
final class StatusCommand implements Action {
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
            terminal.note("Deploy it: backendim deploy. Or run the last release again: backendim start");
            return ExitCode.DONE.code();
        }
        terminal.answer(terminal.bold(project) + "  " + state.text("release", "") + "  " + state.text("url", ""));
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
        return ExitCode.DONE.code();
    }

    private static String describe(JsonObject instance) {
        String exit = instance.text("exitCode").map(code -> " (" + code + ")").orElse("");
        return instance.text("state", "") + (instance.flag("outOfMemory") ? " (out of memory)" : exit);
    }
}
