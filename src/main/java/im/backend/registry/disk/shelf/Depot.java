package im.backend.registry.disk.shelf;

import im.backend.registry.ObjectStore;
import java.time.Duration;

/**
 * A store outside this machine that keeps the blobs, with what repositories hold.
 *
 * @param cacheBytesMax of copies on the disk
 * @param catchUpEvery after which what could not be sent is tried again
 */
public record Depot(ObjectStore objects, long cacheBytesMax, Duration catchUpEvery) {}
