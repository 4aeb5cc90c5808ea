package im.backend.api;

import im.backend.wire.ServerBody;
import java.util.List;
import java.util.function.Supplier;

/** What {@code doctor} asks a server about itself. */
final class ServerRoutes {
    private final Supplier<ServerBody> facts;

    ServerRoutes(Supplier<ServerBody> facts) {
        this.facts = facts;
    }

    List<ApiRoute> routes() {
        return List.of(ApiRoute.get("/v1/server", Access.USER, "The server: version, checks, limits in force")
                .replies(200, ServerBody.class, call -> Answer.of(facts.get())));
    }
}
