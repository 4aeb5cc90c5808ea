package im.backend.build.jib;

import java.nio.file.Path;

/** @param folder of the unpacked layers and of what is known about them; on the file system of the build caches */
public record JibSettings(Path folder) {}
