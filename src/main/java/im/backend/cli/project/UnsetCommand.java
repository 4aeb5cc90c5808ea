package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.List;

/** Of environment variables, or of secrets. */
public final class UnsetCommand implements Action {
    private List<String> names = List.of();

    private final ChangeOptions change = new ChangeOptions();
    private final String path;

    @Override
    public void declare(Syntax syntax) {
        syntax.arguments("NAME", "Names to remove.", given -> names = given);
        change.declare(syntax);
    }

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
