package im.backend.route;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A route table without a listener, for the tests of those who publish routes. */
public final class FakeRouter implements Router {
    private final Lock lock = new ReentrantLock();
    private final Condition finished = lock.newCondition();
    private final Map<Hostname, Target> targets = new HashMap<>();
    private final Map<Hostname, Unsecured> unsecured = new HashMap<>();

    @Override
    public Draining publish(Hostname host, List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints of " + host + ": none (expected: at least one)");
        }
        lock.lock();
        try {
            Target before = targets.get(host);
            if (before != null && before.endpoints.equals(endpoints)) {
                return draining(null);
            }
            return draining(targets.put(host, new Target(List.copyOf(endpoints))));
        } finally {
            lock.unlock();
        }
    }

    /** The host has no certificate for as many looks. */
    public void unsecured(Hostname host, String why, int looks) {
        lock.lock();
        try {
            unsecured.put(host, new Unsecured(why, looks));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<String> unsecured(Hostname host) {
        lock.lock();
        try {
            Unsecured now = unsecured.get(host);
            if (now == null || now.looks == 0) {
                return Optional.empty();
            }
            unsecured.put(host, new Unsecured(now.why, now.looks - 1));
            return Optional.of(now.why);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Draining withdraw(Hostname host) {
        lock.lock();
        try {
            return draining(targets.remove(host));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Map<Hostname, List<Endpoint>> routes() {
        lock.lock();
        try {
            Map<Hostname, List<Endpoint>> routes = new HashMap<>();
            targets.forEach((host, target) -> routes.put(host, target.endpoints));
            return routes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Endpoint> endpoints(Hostname host) {
        lock.lock();
        try {
            Target target = targets.get(host);
            return target == null ? List.of() : target.endpoints;
        } finally {
            lock.unlock();
        }
    }

    /** A request that is in flight to the host until it is closed. */
    public AutoCloseable openRequest(Hostname host) {
        lock.lock();
        try {
            Target target = targets.get(host);
            if (target == null) {
                throw new IllegalStateException("no route for " + host);
            }
            target.inFlight++;
            return () -> finish(target);
        } finally {
            lock.unlock();
        }
    }

    private void finish(Target target) {
        lock.lock();
        try {
            target.inFlight--;
            finished.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Draining draining(@Nullable Target left) {
        return max -> left == null || awaitIdle(left, max);
    }

    private boolean awaitIdle(Target target, Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        lock.lock();
        try {
            while (target.inFlight > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || !finished.await(left, TimeUnit.NANOSECONDS)) {
                    return target.inFlight == 0;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private record Unsecured(String why, int looks) {}

    private static final class Target {
        private final List<Endpoint> endpoints;
        private int inFlight;

        private Target(List<Endpoint> endpoints) {
            this.endpoints = endpoints;
        }
    }
}
