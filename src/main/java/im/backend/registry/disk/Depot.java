package im.backend.registry.disk;

import im.backend.registry.ObjectStore;

/**
 * A store outside this machine that keeps the blobs, with what repositories hold.
 *
 * @param cacheBytesMax of copies on the disk
 */
public record Depot(ObjectStore objects, long cacheBytesMax) {}
