package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Of environment variables, or of secrets. */
@Command
public final class UnsetCommand implements Action {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Names to remove.")
    List<String> names = List.of();

    @Mixin
    ChangeOptions change = new ChangeOptions();

    private final String path;

    /** @param path of what is changed, below the project's */
    public UnsetCommand(String path) {
        this.path = path;
    }

    @Override
    public int run(Session session) {
        return change.apply(
                session, path, new JsonObject().with("unset", names), "Removed " + String.join(", ", names) + ".");
    }
}
