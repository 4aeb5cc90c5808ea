package im.backend.wire.server;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code doctor} shows of a server.
 *
 * @param appsUrl where apps answer, with {@code *} for the app's host label
 * @param limits each limit in force, by name
 */
public record ServerBody(
        String version,
        String java,
        String system,
        Instant startedAt,
        String orchestrator,
        String appsUrl,
        List<Check> checks,
        Map<String, String> limits) {
    public ServerBody {
        checks = List.copyOf(checks);
        limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
    }

    /** @param fix what to do when {@code good} is false, or empty */
    public record Check(String name, boolean good, String detail, String fix) {}
}
