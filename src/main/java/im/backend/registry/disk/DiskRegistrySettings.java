package im.backend.registry.disk;

import java.nio.file.Path;

/** @param folder that holds the registry and nothing else */
public record DiskRegistrySettings(Path folder, RegistryLimits limits) {}
