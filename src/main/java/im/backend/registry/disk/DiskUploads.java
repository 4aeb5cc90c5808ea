package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.registry.RepositoryName;
import im.backend.registry.Uploads;
import im.backend.registry.disk.shelf.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Uploads as folders: what came so far, and whose it is. The position of an upload is the length of its file, so it goes on
 * after a restart; only its hash is lost then, and made again from the file at the end.
 */
final class DiskUploads implements Uploads {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    static final String DATA = "data";

    private final Ground ground;
    private final BlobFiles blobs;
    private final OpenUploads owners;
    private final Map<String, DiskUpload> open = new ConcurrentHashMap<>();

    DiskUploads(Ground ground, BlobFiles blobs) {
        this.ground = ground;
        this.blobs = blobs;
        this.owners = new OpenUploads(ground.layout().uploads(), ground.limits());
    }

    @Override
    public Upload start(RepositoryName repository, UserName by, Digest.Algorithm algorithm) {
        ground.space().require();
        String id = UUID.randomUUID().toString();
        Path folder = ground.layout().uploads().resolve(id);
        try {
            owners.add(id, by);
            make(folder, ownerLines(repository, by));
            DiskUpload upload = new DiskUpload(this, ground, id, folder, repository, algorithm);
            open.put(id, upload);
            return upload;
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    private void make(Path folder, String ownerLines) throws IOException {
        try {
            Files.createDirectory(folder);
            Files.createFile(folder.resolve(DATA));
            ground.files().touch(folder.resolve(DATA));
            Files.writeString(folder.resolve(OpenUploads.OWNER), ownerLines);
        } catch (IOException failed) {
            remove(folder.getFileName().toString());
            throw failed;
        }
    }

    private static String ownerLines(RepositoryName repository, UserName by) {
        return repository + "\n" + by + "\n";
    }

    @Override
    public Optional<Upload> find(RepositoryName repository, UserName by, String id) {
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        Path folder = ground.layout().uploads().resolve(id);
        try {
            if (!Files.readString(folder.resolve(OpenUploads.OWNER)).equals(ownerLines(repository, by))) {
                return Optional.empty();
            }
            return Optional.of(open.computeIfAbsent(
                    id, _ -> new DiskUpload(this, ground, id, folder, repository, Digest.Algorithm.SHA256)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    BlobFiles blobs() {
        return blobs;
    }

    /** The owner goes last: without it nobody finds the upload, and a collection still finds the folder. */
    void remove(String id) throws IOException {
        Path folder = ground.layout().uploads().resolve(id);
        Files.deleteIfExists(folder.resolve(OpenUploads.OWNER));
        Files.deleteIfExists(folder.resolve(DATA));
        Files.deleteIfExists(folder);
        open.remove(id);
        owners.remove(id);
    }

    /** Ids of the uploads that nothing was added to since {@code before}. */
    List<String> idle(Instant before) throws IOException {
        List<String> idle = new java.util.ArrayList<>();
        for (Path folder : DurableFiles.list(ground.layout().uploads())) {
            if (lastUsed(folder).isBefore(before)) {
                idle.add(folder.getFileName().toString());
            }
        }
        return idle;
    }

    private static Instant lastUsed(Path folder) throws IOException {
        try {
            return Files.getLastModifiedTime(folder.resolve(DATA)).toInstant();
        } catch (NoSuchFileException halfMade) {
            try {
                return Files.getLastModifiedTime(folder).toInstant();
            } catch (NoSuchFileException goneMeanwhile) {
                return Instant.MAX;
            }
        }
    }

    static Problem.Conflict busy() {
        return new Problem.Conflict(
                "blob-upload-invalid", "Another request writes to this upload. Send one after the other.");
    }
}
