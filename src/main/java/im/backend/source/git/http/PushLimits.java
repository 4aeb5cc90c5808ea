package im.backend.source.git.http;

import java.time.Duration;

/**
 * What a fetch or push may cost.
 *
 * @param requestBytesMax commands of a push, or wants and haves of a fetch, after decompression
 * @param callsMax fetches and pushes at once, over all projects; a deployment that follows a push is not counted
 * @param callWait how long one more waits for its turn
 * @param receiveTimeMax for a push to arrive and be checked
 */
public record PushLimits(
        long packBytesMax,
        long objectBytesMax,
        long inflatedBytesMax,
        long repositoryBytesMax,
        int requestBytesMax,
        int commandsMax,
        int refsMax,
        int callsMax,
        int callsPerProjectMax,
        Duration callWait,
        Duration receiveTimeMax) {

    public static final PushLimits DEFAULT = new PushLimits(
            250L << 20,
            100L << 20,
            1L << 30,
            1L << 30,
            8 << 20,
            1000,
            10_000,
            16,
            4,
            Duration.ofSeconds(5),
            Duration.ofMinutes(10));
}
