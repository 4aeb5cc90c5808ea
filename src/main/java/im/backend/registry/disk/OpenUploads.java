package im.backend.registry.disk;

import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.registry.disk.shelf.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose the open uploads are, so that nobody has too many of them: each is a folder with bytes that belong to no image yet.
 * The disk is read when the first upload after a start begins, and the count kept up from then on.
 */
final class OpenUploads {
    static final String OWNER = "owner";
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private final Path folder;
    private final RegistryLimits limits;
    private Optional<Map<String, String>> ownerById = Optional.empty();

    OpenUploads(Path folder, RegistryLimits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    /** Fails with RateLimited when this user has as many as there may be. */
    synchronized void add(String id, UserName by) throws IOException {
        if (ownerById.isEmpty()) {
            ownerById = Optional.of(read());
        }
        Map<String, String> owners = ownerById.get();
        if (Collections.frequency(owners.values(), by.value()) >= limits.uploadsMax()) {
            throw new Problem.RateLimited(
                            "User " + by + " has " + limits.uploadsMax()
                                    + " uploads open and may not have more (registry.uploads-max). Finish or cancel"
                                    + " some; one that rests for "
                                    + limits.uploadTtl().toMinutes() + " min (registry.upload-ttl) is given up.",
                            RETRY_AFTER)
                    .asException();
        }
        owners.put(id, by.value());
    }

    synchronized void remove(String id) {
        ownerById.ifPresent(owners -> owners.remove(id));
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> owners = new HashMap<>();
        for (Path upload : DurableFiles.list(folder)) {
            try {
                List<String> lines = Files.readAllLines(upload.resolve(OWNER));
                // Half made in a crash it has no owner: nobody finds it, and a collection takes it.
                if (lines.size() == 2) {
                    owners.put(upload.getFileName().toString(), lines.get(1));
                }
            } catch (NoSuchFileException halfMade) {
                continue;
            }
        }
        return owners;
    }
}
