package im.backend.api.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.problem.ProblemException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class TicketsTest {
    private static final Caller ALICE = new Caller(new UserName("alice"), Caller.Role.MEMBER);

    private Instant now = Instant.parse("2026-11-21T22:00:00Z");
    private final InstantSource source = () -> now;
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private final Tickets tickets = new Tickets(clock, new SecureRandom());

    @Test
    void aTicketStandsForItsCallerOnce() {
        String ticket = tickets.issue(ALICE).ticket();

        assertThat(tickets.redeem(ticket)).isEqualTo(ALICE);
        assertThat(refusal(ticket)).isEqualTo("ticket-invalid");
    }

    @Test
    void aTicketIsNoGoodAfterItsTime() {
        String ticket = tickets.issue(ALICE).ticket();
        now = now.plus(Tickets.LIFE);

        assertThat(refusal(ticket)).isEqualTo("ticket-invalid");
    }

    @Test
    void aTicketNobodyIssuedIsNoGood() {
        assertThat(refusal("guess")).isEqualTo("ticket-invalid");
    }

    @Test
    void theOldestGoWhenThereAreTooMany() {
        String first = tickets.issue(ALICE).ticket();
        for (int i = 0; i < Tickets.TICKETS_MAX; i++) {
            tickets.issue(ALICE);
        }
        now = now.plus(Duration.ofSeconds(1));

        assertThat(refusal(first)).isEqualTo("ticket-invalid");
    }

    private String refusal(String ticket) {
        return catchThrowableOfType(ProblemException.class, () -> tickets.redeem(ticket))
                .problem()
                .slug();
    }
}
