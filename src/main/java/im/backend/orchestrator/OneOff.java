package im.backend.orchestrator;

import java.time.Duration;
import java.util.function.Consumer;

/** Runs a command of a release once: release commands, {@code run}. */
public interface OneOff {
    /**
     * Waits for its end. Interrupting the thread kills it with all descendants.
     *
     * @param timeout after which it is killed and the exit is code 124
     * @param output hears each line, in the calling thread
     */
    Exit run(Workload workload, Duration timeout, Consumer<String> output);
}
