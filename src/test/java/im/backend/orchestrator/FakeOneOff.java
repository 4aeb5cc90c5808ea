package im.backend.orchestrator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/** Says that it ran and gives the next scripted exit code, 0 by default. */
public final class FakeOneOff implements OneOff {
    private final Queue<Exit> script = new ArrayDeque<>();
    private final List<Workload> runs = new ArrayList<>();

    public synchronized void nextExits(Exit... exits) {
        script.addAll(List.of(exits));
    }

    public synchronized List<Workload> runs() {
        return List.copyOf(runs);
    }

    @Override
    public synchronized Exit run(Workload workload, Duration timeout, Consumer<String> output) {
        runs.add(workload);
        output.accept("ran " + workload.command());
        Exit next = script.poll();
        return next == null ? new Exit(0, false) : next;
    }
}
