package im.backend.api.progress;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.wire.account.TicketReply;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Short stand-ins for a token where only a URL can carry one: a browser can set no header on a WebSocket, and a token in
 * a URL ends in logs. Good once, for 30 s, in memory only.
 */
public final class Tickets {
    static final Duration LIFE = Duration.ofSeconds(30);
    static final int TICKETS_MAX = 10_000;

    private record Issued(Caller caller, Instant expiresAt) {}

    private final Clock clock;
    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Issued> issued = new LinkedHashMap<>();

    /** @param random must be unpredictable: what it gives is a credential */
    public Tickets(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public TicketReply issue(Caller caller) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant expiresAt = clock.instant().plus(LIFE);
        lock.lock();
        try {
            dropOld();
            issued.put(ticket, new Issued(caller, expiresAt));
        } finally {
            lock.unlock();
        }
        return new TicketReply(ticket, expiresAt);
    }

    /** Fails with Unauthenticated {@code ticket-invalid}: unknown, used or too old, all alike. */
    Caller redeem(String ticket) {
        Issued found;
        lock.lock();
        try {
            found = issued.remove(ticket);
        } finally {
            lock.unlock();
        }
        if (found == null || !clock.instant().isBefore(found.expiresAt())) {
            throw new Problem.Unauthenticated(
                            "ticket-invalid",
                            "The ticket is unknown, used or older than " + LIFE.toSeconds()
                                    + " s. Get a new one by POST /v1/tickets.")
                    .asException();
        }
        return found.caller();
    }

    private void dropOld() {
        Instant now = clock.instant();
        Iterator<Issued> oldestFirst = issued.values().iterator();
        while (oldestFirst.hasNext()) {
            if (now.isBefore(oldestFirst.next().expiresAt()) && issued.size() < TICKETS_MAX) {
                return;
            }
            oldestFirst.remove();
        }
    }
}
