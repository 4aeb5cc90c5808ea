package im.backend.domain;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the processes of an image are started, wherever it runs.
 *
 * @param processes by name; {@code web} is the one that gets traffic, and may be absent in a pure worker
 * @param release runs once, before the new instances take traffic
 * @param environment what the dependency layer needs (as PYTHONUSERBASE=/app/.deps); user values win. PATH has only the
 *     image's own program folders (/app/.deps/bin): whoever starts it puts the runtime's and the system's behind them
 */
public record StartPlan(
        RuntimeSpec runtime,
        SortedMap<String, Command> processes,
        Optional<Command> release,
        SortedMap<String, String> environment) {
    public static final String WEB = "web";

    public StartPlan {
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }
}
