package im.backend.registry.cache;

import java.nio.file.Path;

/**
 * @param folder of the copies, by algorithm and the first two digits
 * @param unfinished on the same file system; emptied by its owner at each start
 * @param bytesMax of all copies together, but for those that are nowhere else
 */
public record CacheSettings(Path folder, Path unfinished, long bytesMax) {}
