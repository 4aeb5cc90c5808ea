package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.Quoted;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.source.Commit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;

/** The files of one commit, out of the object store. */
final class GitSourceTree implements SourceTree {
    private final Repositories repositories;
    private final ProjectId project;
    private final CommitHash commit;
    private final Instant committedAt;
    private final String treeHash;
    private final List<Entry> entries;
    private final Map<String, Entry> byPath;

    GitSourceTree(Repositories repositories, ProjectId project, Commit commit, List<Entry> entries) {
        this.repositories = repositories;
        this.project = project;
        this.commit = commit.hash();
        this.committedAt = commit.at();
        this.treeHash = commit.treeHash();
        this.entries = entries;
        this.byPath = HashMap.newHashMap(entries.size());
        entries.forEach(entry -> byPath.put(entry.path(), entry));
    }

    @Override
    public CommitHash commit() {
        return commit;
    }

    @Override
    public Instant committedAt() {
        return committedAt;
    }

    @Override
    public String treeHash() {
        return treeHash;
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    @Override
    public Optional<byte[]> read(String path, int bytesMax) {
        Entry entry = byPath.get(path);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.sizeBytes() > bytesMax) {
            throw new Problem.TooLarge(
                            "file-too-large",
                            "file: " + Quoted.of(path) + " of " + entry.sizeBytes() + " bytes (expected: at most "
                                    + bytesMax + ").")
                    .asException();
        }
        try (Repositories.Lease lease = lease();
                ObjectReader reader = lease.git().newObjectReader()) {
            return Optional.of(reader.open(blob(entry), Constants.OBJ_BLOB).getCachedBytes(bytesMax));
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public void copy(Entry entry, Path target) {
        try (Repositories.Lease lease = lease();
                ObjectReader reader = lease.git().newObjectReader()) {
            try (OutputStream out =
                    Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                reader.open(blob(entry), Constants.OBJ_BLOB).copyTo(out);
            }
            if (entry.executable()) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    private Repositories.Lease lease() throws IOException {
        return repositories
                .reading(project)
                .orElseThrow(() -> new Problem.NotFound("The source of " + project + " was deleted.").asException());
    }

    private static ObjectId blob(Entry entry) {
        return ObjectId.fromString(entry.blob());
    }
}
