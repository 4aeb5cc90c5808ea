package im.backend.wire.deployment;

import java.util.List;

/**
 * The polling twin of the WebSocket: the same messages.
 *
 * @param next ask with {@code since=next} for what comes after
 * @param done the deployment has ended and {@code events} reaches to its last one
 */
public record EventsReply(List<StatusMessage> events, long next, boolean done) {
    public EventsReply {
        events = List.copyOf(events);
    }
}
