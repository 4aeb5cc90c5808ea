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
 * @param folder in which every process starts, as the app sees it
 */
public record StartPlan(
        RuntimeSpec runtime,
        SortedMap<String, Command> processes,
        Optional<Command> release,
        SortedMap<String, String> environment,
        String folder) {
    public static final String WEB = "web";
    /** Where the app's own files are, unless an image says otherwise. */
    public static final String APP = "/app";

    public StartPlan(
            RuntimeSpec runtime,
            SortedMap<String, Command> processes,
            Optional<Command> release,
            SortedMap<String, String> environment) {
        this(runtime, processes, release, environment, APP);
    }

    public StartPlan {
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }
}
