package im.backend.wire.account;

import java.time.Instant;

/** Opens one WebSocket where no header can be set, as in a browser; good once and for 30 s. */
public record TicketReply(String ticket, Instant expiresAt) {
    @Override
    public String toString() {
        return "TicketReply[***, expiresAt=" + expiresAt + "]";
    }
}
