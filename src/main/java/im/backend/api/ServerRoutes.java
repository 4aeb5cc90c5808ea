package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.project.BackupDesk;
import im.backend.wire.server.BackupReply;
import im.backend.wire.server.ServerBody;
import java.util.List;
import java.util.function.Supplier;

/** What {@code doctor} asks a server about itself, and what {@code backup} asks it for. */
final class ServerRoutes {
    private final Supplier<ServerBody> facts;
    private final BackupDesk backups;

    ServerRoutes(Supplier<ServerBody> facts, BackupDesk backups) {
        this.facts = facts;
        this.backups = backups;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get("/v1/server", Access.USER, "The server: version, checks, limits in force")
                        .replies(200, ServerBody.class, call -> Answer.of(facts.get())),
                ApiRoute.post("/v1/server/backup", Access.USER, "Copy the state to a file on the server's machine")
                        .replies(200, BackupReply.class, this::backup));
    }

    private Answer backup(Call call) {
        BackupDesk.Copy copy = backups.copy(call.caller());
        return Answer.of(new BackupReply(copy.file().toString(), copy.bytes()));
    }
}
