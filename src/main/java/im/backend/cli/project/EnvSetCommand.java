package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.List;
import java.util.Map;

/** The command {@code env set}. */
public final class EnvSetCommand implements Action {
    private List<String> pairs = List.of();

    private final ChangeOptions change = new ChangeOptions();

    @Override
    public void declare(Syntax syntax) {
        syntax.arguments("NAME=VALUE", "Names and their values.", given -> pairs = given);
        change.declare(syntax);
        syntax.footer("A value secret:NAME refers to a secret of that name.");
    }

    @Override
    public int run(Session session) {
        Map<String, String> set = Arguments.pairs(pairs);
        return change.apply(
                session, "/env", new JsonObject().with("set", set), "Set " + String.join(", ", set.keySet()) + ".");
    }
}
