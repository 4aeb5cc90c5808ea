package im.backend.registry.disk;

import im.backend.file.DiskFault;
import java.io.IOException;

/** What a full disk means to somebody who pushes images. */
final class DiskFailure {
    private DiskFailure() {}

    static RuntimeException of(IOException cause) {
        return new DiskFault(cause)
                .asException("The server has no room for images. Delete images and collect (backendim registry gc), or"
                        + " grow the disk.");
    }
}
