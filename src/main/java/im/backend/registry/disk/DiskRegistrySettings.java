package im.backend.registry.disk;

import java.nio.file.Path;
import java.util.Optional;

/**
 * @param folder that holds the registry and nothing else
 * @param depot that keeps the blobs; empty where the folder does
 */
public record DiskRegistrySettings(Path folder, RegistryLimits limits, Optional<Depot> depot) {
    public DiskRegistrySettings(Path folder, RegistryLimits limits) {
        this(folder, limits, Optional.empty());
    }
}
