package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.HiddenInput;
import im.backend.client.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The command {@code secret set}. */
public final class SecretSetCommand implements Action {
    private final ChangeOptions change = new ChangeOptions();
    private List<String> pairs = List.of();
    private boolean stdin;
    private @Nullable Path file;

    @Override
    public void declare(Syntax syntax) {
        syntax.arguments(
                "NAME=VALUE",
                "Names and their values; or one name with --stdin or --from-file.",
                given -> pairs = given);
        syntax.flag("--stdin", "Read the value from stdin.", given -> stdin = given);
        syntax.option("--from-file", "FILE", "Read the value from a file.", given -> file = Path.of(given));
        change.declare(syntax);
        syntax.footer(
                "An argument is seen by other users of this machine and kept in the shell's history. Better:",
                "  backendim secret set db_url --stdin < file",
                "Use it in backend.yml as: env: [DATABASE_URL=secret:db_url]");
    }

    @Override
    public int run(Session session) throws IOException {
        Map<String, String> set = values(session);
        int exit = change.apply(
                session, "/secrets", new JsonObject().with("set", set), "Set " + String.join(", ", set.keySet()) + ".");
        UnboundSecrets.tell(session, set.keySet());
        return exit;
    }

    private Map<String, String> values(Session session) throws IOException {
        boolean oneName = pairs.size() == 1 && pairs.getFirst().indexOf('=') < 0;
        if (!stdin && file == null) {
            if (oneName && session.mayAsk()) {
                return Map.of(
                        pairs.getFirst(), HiddenInput.ask(session.terminal(), "Value of " + pairs.getFirst() + ": "));
            }
            return Arguments.pairs(pairs);
        }
        if (!oneName) {
            throw Arguments.refused("argument", pairs.getFirst().split("=", 2)[0], "one name without a value");
        }
        String value = file != null
                ? Files.readString(session.folder().resolve(file))
                : session.terminal().readAll();
        return Map.of(pairs.getFirst(), value);
    }
}
