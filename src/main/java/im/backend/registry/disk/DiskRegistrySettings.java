package im.backend.registry.disk;

import im.backend.registry.disk.shelf.Depot;
import java.nio.file.Path;
import java.util.Optional;

/**
 * @param folder that holds the registry and nothing else
 * @param depot that keeps the blobs; empty where the folder does
 * @param freeBytesMin uploads are refused while the disk has less; 0 for no limit
 */
public record DiskRegistrySettings(Path folder, RegistryLimits limits, Optional<Depot> depot, long freeBytesMin) {
    public DiskRegistrySettings(Path folder, RegistryLimits limits, Optional<Depot> depot) {
        this(folder, limits, depot, 0);
    }

    public DiskRegistrySettings(Path folder, RegistryLimits limits) {
        this(folder, limits, Optional.empty());
    }
}
