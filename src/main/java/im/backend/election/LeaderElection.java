package im.backend.election;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Lease;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes part in the choice of the one server that works. Whoever holds the Lease leads for as long as it is told, in time and
 * by the API server, that it still does; the others take the Lease when they have not seen it change for its whole duration.
 * Both count on their own monotonic clock from what they saw themselves, so that no clock of another machine matters (ADR
 * 0029). Safe for several threads.
 */
public final class LeaderElection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LeaderElection.class.getName());
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Address lease;
    private final String identity;
    private final LeaseTerms terms;
    private final Clock clock;
    private final Runnable lost;
    private final Thread elector =
            Thread.ofPlatform().daemon().name("leader election").unstarted(this::run);
    private final Thread guard =
            Thread.ofPlatform().daemon().name("leader guard").unstarted(this::guard);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.STANDS_BY;
    private long leadsUntilNanos;
    private Optional<String> holder = Optional.empty();
    private String seenVersion = "";
    /** 0 until there was one. */
    private long seenAtNanos;

    private enum State {
        STANDS_BY,
        LEADS,
        LOST,
        CLOSED
    }

    /**
     * @param cluster one that does not repeat what fails, and whose calls end in less than the time to renew
     * @param identity of this server among all that take part, and of no earlier process of it
     * @param clock only for what people read in the Lease
     * @param lost is run once, in a thread of the election, when this server must not work any more from now on
     */
    public LeaderElection(
            Cluster cluster, Address lease, String identity, LeaseTerms terms, Clock clock, Runnable lost) {
        this.cluster = cluster;
        this.lease = lease;
        this.identity = identity;
        this.terms = terms;
        this.clock = clock;
        this.lost = lost;
    }

    /** Takes part from now on. */
    public void start() {
        elector.start();
    }

    /** Returns when this server leads; false when it was closed before. */
    public boolean awaitLeadership() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state == State.STANDS_BY) {
                changed.await();
            }
            return state == State.LEADS;
        } finally {
            lock.unlock();
        }
    }

    public boolean leads() {
        lock.lock();
        try {
            return state == State.LEADS && leadsUntilNanos - System.nanoTime() > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Who held the Lease when it was looked at last; empty when nobody did. */
    public Optional<String> holder() {
        lock.lock();
        try {
            return holder;
        } finally {
            lock.unlock();
        }
    }

    /** Takes part no longer, and gives the Lease back when it is held: another server may take it at once. */
    @Override
    public void close() {
        boolean gone = end(State.CLOSED) == State.LOST;
        elector.interrupt();
        try {
            elector.join(CLOSE_WAIT);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        if (!gone) {
            release();
        }
    }

    private void run() {
        while (!isOver()) {
            try {
                attempt();
            } catch (ProblemException notNow) {
                LOG.log(System.Logger.Level.DEBUG, "lease {0}: {1}", lease, notNow.getMessage());
            } catch (RuntimeException unexpected) {
                LOG.log(System.Logger.Level.ERROR, "lease " + lease, unexpected);
            }
            if (!pause()) {
                return;
            }
        }
    }

    private void attempt() {
        Optional<LeaseObject> found = cluster.get(Kind.LEASE, lease).map(LeaseObject::new);
        boolean free =
                observe(found) || (leads() && found.flatMap(LeaseObject::holder).isEmpty());
        boolean mine =
                found.flatMap(LeaseObject::holder).filter(identity::equals).isPresent();
        if (!free && !mine) {
            // Somebody has taken it from a leader: by hand, or because this process did not run for a while.
            lose("the lease " + lease + " is held by "
                    + found.flatMap(LeaseObject::holder).orElse("nobody"));
            return;
        }
        long asked = System.nanoTime();
        V1Lease now = found.map(there ->
                        mine ? there.renewed(terms.duration(), clock) : there.taken(identity, terms.duration(), clock))
                .map(wanted -> cluster.replace(Kind.LEASE, wanted.lease()))
                .orElseGet(() -> cluster.create(
                        Kind.LEASE,
                        LeaseObject.first(lease, identity, terms.duration(), clock)
                                .lease()));
        observe(Optional.of(new LeaseObject(now)));
        confirmed(asked);
    }

    /**
     * One that somebody has deleted or emptied by hand is no free one: its holder may still work, and makes it anew.
     *
     * @return whether it was given back, or has not changed for as long as its holder promised
     */
    private boolean observe(Optional<LeaseObject> found) {
        lock.lock();
        try {
            holder = found.flatMap(LeaseObject::holder);
            String version = found.map(LeaseObject::version).orElse("");
            if (!version.equals(seenVersion)) {
                seenVersion = version;
                seenAtNanos = System.nanoTime();
            }
            if ((seenVersion.isEmpty() && seenAtNanos == 0)
                    || found.filter(LeaseObject::isGivenBack).isPresent()) {
                return true;
            }
            Duration promised =
                    found.map(there -> there.duration(terms.duration())).orElse(terms.duration());
            return Duration.ofNanos(System.nanoTime() - seenAtNanos).compareTo(promised) > 0;
        } finally {
            lock.unlock();
        }
    }

    /** @param asked when the request was sent whose answer confirms it: the others may count from no earlier moment */
    private void confirmed(long asked) {
        lock.lock();
        try {
            long until = asked + terms.renewWithin().toNanos();
            if (until - System.nanoTime() <= 0) {
                return;
            }
            leadsUntilNanos = state == State.LEADS && leadsUntilNanos - until > 0 ? leadsUntilNanos : until;
            if (state == State.STANDS_BY) {
                state = State.LEADS;
                guard.start();
                LOG.log(System.Logger.Level.INFO, "{0} leads (lease {1})", identity, lease);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A thread of its own: an attempt to renew may hang for longer than may be waited. */
    private void guard() {
        lock.lock();
        try {
            while (state == State.LEADS) {
                long left = leadsUntilNanos - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                changed.await(left, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        lose("the lease " + lease + " could not be renewed within "
                + terms.renewWithin().toSeconds() + " s");
    }

    private void lose(String why) {
        if (end(State.LOST) == State.LEADS) {
            LOG.log(System.Logger.Level.ERROR, "{0} leads no longer: {1}", identity, why);
            lost.run();
        }
    }

    /** @return what it was until now; what stands by is ended only by closing */
    private State end(State end) {
        lock.lock();
        try {
            State before = state;
            if (before == State.LEADS || end == State.CLOSED) {
                state = end;
                changed.signalAll();
            }
            return before;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return state == State.LOST || state == State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    private boolean pause() {
        try {
            Thread.sleep(terms.retry());
            return true;
        } catch (InterruptedException closed) {
            return false;
        }
    }

    private void release() {
        try {
            cluster.get(Kind.LEASE, lease)
                    .map(LeaseObject::new)
                    .filter(held -> held.holder().equals(Optional.of(identity)))
                    .ifPresent(held ->
                            cluster.replace(Kind.LEASE, held.released(clock).lease()));
        } catch (ProblemException notGivenBack) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "lease {0} is not given back and ends by itself: {1}",
                    lease,
                    notGivenBack.getMessage());
        }
    }
}
