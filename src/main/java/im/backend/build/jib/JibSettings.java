package im.backend.build.jib;

import java.nio.file.Path;

/** @param folder the OCI layout, with the unpacked layers in it; on the file system of the build caches */
public record JibSettings(Path folder) {}
