package im.backend.cli;

import im.backend.client.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command
final class SecretUnsetCommand implements Action {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Secrets to remove.")
    List<String> names = List.of();

    @Mixin
    ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Session session) {
        return change.apply(
                session,
                "/secrets",
                new JsonObject().with("unset", names),
                "Removed " + String.join(", ", names) + ".");
    }
}
