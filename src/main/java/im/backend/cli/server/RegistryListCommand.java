package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Table;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command {@code registry list}. */
public final class RegistryListCommand implements Action {
    private static final String PATH = "/v1/registry/repositories?limit=200";

    @Override
    public int run(Session session) {
        List<JsonObject> repositories = all(session);
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject().with("items", repositories).toString());
            return ExitCode.DONE.code();
        }
        if (repositories.isEmpty()) {
            session.terminal().note("No images yet. Each deployment makes one; podman push and docker push do too.");
            return ExitCode.DONE.code();
        }
        Table table = new Table("REPOSITORY", "TAGS");
        repositories.forEach(one -> table.row(one.text("name", ""), Long.toString(one.number("tags", 0))));
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }

    private static List<JsonObject> all(Session session) {
        List<JsonObject> all = new ArrayList<>();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            JsonObject page = session.client().get(PATH + "&after=" + BackendClient.encode(after.get()));
            all.addAll(page.objects("items"));
            after = page.text("next");
        }
        return all;
    }
}
