package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.HiddenInput;
import im.backend.client.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code secret set}. */
@Command(
        footer = {
            "",
            "An argument is seen by other users of this machine and kept in the shell's history. Better:",
            "  backendim secret set db_url --stdin < file",
            "Use it in backend.yml as: env: [DATABASE_URL=secret:db_url]"
        })
public final class SecretSetCommand implements Action {
    @Parameters(
            arity = "1..*",
            paramLabel = "NAME=VALUE",
            description = "Names and their values; or one name with --stdin or --from-file.")
    List<String> pairs = List.of();

    @Option(names = "--stdin", description = "Read the value from stdin.")
    boolean stdin;

    @Option(names = "--from-file", paramLabel = "FILE", description = "Read the value from a file.")
    @Nullable
    Path file;

    @Mixin
    ChangeOptions change = new ChangeOptions();

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
