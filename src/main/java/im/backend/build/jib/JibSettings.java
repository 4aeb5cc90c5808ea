package im.backend.build.jib;

import java.nio.file.Path;

/** @param folder of the unpacked layers and of what is known about them; on the file system of the build caches */
public record JibSettings(Path folder, Opening opening) {
    public JibSettings(Path folder) {
        this(folder, Opening.UNPACKED);
    }

    /** What an image that is opened has on this host. */
    public enum Opening {
        /** Its layers as folders. */
        UNPACKED,
        /** Nothing: whoever runs it pulls it by its digest. */
        PULLED
    }
}
