package im.backend.file;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Room on the disk of a folder. What makes a disk fuller is refused while there is still enough left for the state, for logs
 * and for the apps, which write beside it: a disk that is full to the last byte stops them all.
 *
 * @param folder that is there
 * @param bytesMin below which nothing large is taken in; 0 for no limit
 */
public record FreeSpace(Path folder, long bytesMin) {
    public long bytes() {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public boolean isEnough() {
        return bytes() >= bytesMin;
    }

    /** Fails with StorageFull. */
    public void require() {
        if (bytesMin > 0 && !isEnough()) {
            throw new Problem.StorageFull("The disk of the server has " + (bytes() >> 20)
                            + " MiB left, and takes in source and images only with " + (bytesMin >> 20)
                            + " MiB (limits.free-space-min). Free some space, by backendim registry gc or by deleting"
                            + " projects, or grow the disk.")
                    .asException();
        }
    }
}
