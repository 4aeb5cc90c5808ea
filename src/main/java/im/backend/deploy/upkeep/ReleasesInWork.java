package im.backend.deploy.upkeep;

import im.backend.domain.ReleaseName;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The releases that a deployment is making right now. The retirement of an older deployment may come late, and must not
 * take a namespace away under a deployment that has just begun to fill it again.
 */
public final class ReleasesInWork {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<ReleaseName> making = new HashSet<>();
    private final Set<ReleaseName> removing = new HashSet<>();

    /** Waits for the end of a removal that has begun. One deployment of a project runs at a time, so no two make one. */
    public void begin(ReleaseName release) {
        lock.lock();
        try {
            while (removing.contains(release)) {
                changed.awaitUninterruptibly();
            }
            making.add(release);
        } finally {
            lock.unlock();
        }
    }

    public void end(ReleaseName release) {
        lock.lock();
        try {
            making.remove(release);
        } finally {
            lock.unlock();
        }
    }

    boolean isMaking(ReleaseName release) {
        lock.lock();
        try {
            return making.contains(release);
        } finally {
            lock.unlock();
        }
    }

    /** Does nothing when it is being made. */
    void remove(ReleaseName release, Runnable removal) {
        lock.lock();
        try {
            if (making.contains(release)) {
                return;
            }
            removing.add(release);
        } finally {
            lock.unlock();
        }
        try {
            removal.run();
        } finally {
            lock.lock();
            try {
                removing.remove(release);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
