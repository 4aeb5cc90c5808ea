package im.backend.registry.disk;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** The one translation of the disk's failures: no room is the caller's to know, all else is ours. */
final class DiskFailure {
    private DiskFailure() {}

    static RuntimeException of(IOException cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("quota exceeded")) {
            return new Problem.StorageFull(
                            "The server has no room for images. Delete images and collect (backendim registry gc), or"
                                    + " grow the disk.")
                    .asException(cause);
        }
        return new UncheckedIOException(cause);
    }
}
