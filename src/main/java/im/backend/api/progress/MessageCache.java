package im.backend.api.progress;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.wire.Json;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Writes each event as JSON once, however many watch it; an event never changes. Safe for several threads. */
final class MessageCache {
    static final int MESSAGES_MAX = 512;

    private record Key(DeploymentId deployment, long sequence) {}

    private final Map<Key, String> texts = new ConcurrentHashMap<>();
    /** Oldest first: watchers go on to newer events, and one that came late reads the log. */
    private final Queue<Key> written = new ConcurrentLinkedQueue<>();

    String text(Deployment deployment, LoggedEvent logged, DeploymentStatus status) {
        Key key = new Key(logged.deployment(), logged.sequence());
        // Five thousand watchers ask for the same event at once: they must not queue for a lock.
        String known = texts.get(key);
        if (known != null) {
            return known;
        }
        String text = texts.computeIfAbsent(key, absent -> {
            written.add(absent);
            return Json.text(StatusMessages.of(deployment, logged, status));
        });
        while (texts.size() > MESSAGES_MAX) {
            Optional.ofNullable(written.poll()).ifPresent(texts::remove);
        }
        return text;
    }
}
