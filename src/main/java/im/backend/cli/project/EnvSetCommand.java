package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code env set}. */
@Command(footer = {"", "A value secret:NAME refers to a secret of that name."})
public final class EnvSetCommand implements Action {
    @Parameters(arity = "1..*", paramLabel = "NAME=VALUE", description = "Names and their values.")
    List<String> pairs = List.of();

    @Mixin
    ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Session session) {
        Map<String, String> set = Arguments.pairs(pairs);
        return change.apply(
                session, "/env", new JsonObject().with("set", set), "Set " + String.join(", ", set.keySet()) + ".");
    }
}
