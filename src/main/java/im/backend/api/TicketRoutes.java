package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.progress.Tickets;
import im.backend.wire.account.TicketReply;
import java.util.List;

/** Tickets for WebSockets of browsers, which can not send a header. */
final class TicketRoutes {
    private final Tickets tickets;

    TicketRoutes(Tickets tickets) {
        this.tickets = tickets;
    }

    List<ApiRoute> routes() {
        return List.of(ApiRoute.post("/v1/tickets", Access.USER, "A ticket that opens one WebSocket within 30 s")
                .replies(
                        201,
                        TicketReply.class,
                        call -> new Answer.Body(201, tickets.issue(call.caller()), java.util.Optional.empty())));
    }
}
