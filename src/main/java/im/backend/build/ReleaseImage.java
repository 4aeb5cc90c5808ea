package im.backend.build;

import im.backend.domain.Digest;
import im.backend.domain.StartPlan;
import java.nio.file.Path;
import java.util.List;

/** An image on this host, ready to be started. */
public record ReleaseImage(Digest digest, StartPlan start, List<Mount> mounts) {
    public ReleaseImage {
        mounts = List.copyOf(mounts);
    }

    /**
     * A layer as an unpacked, read-only folder.
     *
     * @param path where the app sees it, {@code /app} or below; a mount point below /app exists in the /app folder. An image
     *     that is a system of its own is one mount at {@code /}
     */
    public record Mount(Path folder, String path) {}
}
