package im.backend.orchestrator;

import im.backend.domain.Endpoint;
import java.util.List;

/** What was seen of an instance just now. */
public sealed interface Observation {
    /**
     * @param memoryBytes of all its processes; 0 where nobody measures it
     * @param listening sockets that its processes listen on, with the address as bound ({@code 0.0.0.0}, {@code ::1})
     */
    record Running(List<Endpoint> listening, long memoryBytes, int restarts) implements Observation {
        public Running {
            listening = List.copyOf(listening);
        }
    }

    /** It does not run yet, and what is in its way is known. */
    record Held(Hindrance hindrance) implements Observation {}

    /** It ended and is being started again after a pause, or was given up. */
    record Exited(Exit exit, int restarts) implements Observation {}

    /** There is no such instance (any more). */
    record Absent() implements Observation {}
}
