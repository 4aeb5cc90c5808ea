package im.backend.api;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Writes each event as JSON once, however many watch it; an event never changes. Safe for several threads. */
final class MessageCache {
    private static final int MESSAGES_MAX = 512;

    private record Key(DeploymentId deployment, long sequence) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, String> texts = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
            return size() > MESSAGES_MAX;
        }
    };

    String text(Deployment deployment, LoggedEvent logged, DeploymentStatus status) {
        Key key = new Key(logged.deployment(), logged.sequence());
        lock.lock();
        try {
            return texts.computeIfAbsent(key, ignored -> Json.text(Bodies.message(deployment, logged, status)));
        } finally {
            lock.unlock();
        }
    }
}
