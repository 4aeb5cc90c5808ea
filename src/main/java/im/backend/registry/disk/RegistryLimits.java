package im.backend.registry.disk;

import java.time.Duration;

/**
 * @param blobBytesMax of one blob
 * @param manifestBytesMax of one manifest
 * @param quotaBytes of what the repositories of one project hold together
 * @param uploadsMax of one user, open at once
 * @param uploadTtl after which an upload that nothing was added to is given up
 * @param grace for which nothing is collected that was written or used
 */
public record RegistryLimits(
        long blobBytesMax, int manifestBytesMax, long quotaBytes, int uploadsMax, Duration uploadTtl, Duration grace) {
    private static final long GIBIBYTE = 1L << 30;

    public static final RegistryLimits DEFAULT =
            new RegistryLimits(2 * GIBIBYTE, 4 << 20, 10 * GIBIBYTE, 256, Duration.ofHours(24), Duration.ofHours(24));
}
