package im.backend.source;

import java.time.Duration;

/** What an upload may weigh; each is refused by name while reading, before it costs memory or disk. */
public record SourceLimits(
        long packedBytesMax,
        long expandedBytesMax,
        int ratioMax,
        long ratioAfterBytes,
        int filesMax,
        int pathBytesMax,
        int pathPartBytesMax,
        int pathDepthMax,
        long fileBytesMax,
        Duration unpackTimeMax) {

    public static final SourceLimits DEFAULT = new SourceLimits(
            100L << 20, 500L << 20, 100, 10L << 20, 20_000, 1024, 255, 32, 100L << 20, Duration.ofSeconds(60));
}
