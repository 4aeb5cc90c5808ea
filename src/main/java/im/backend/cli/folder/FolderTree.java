package im.backend.cli.folder;

import im.backend.archive.SourceFolder;
import im.backend.archive.SourceFolder.SourceFile;
import im.backend.domain.CommitHash;
import im.backend.domain.SourceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A folder that was not uploaded yet, seen as the tree that it would become, so that detection can look at it. */
record FolderTree(Path root, SourceFolder source) implements SourceTree {
    private static final String UNKNOWN = "0".repeat(40);

    static FolderTree of(Path root) throws IOException {
        return new FolderTree(root, SourceFolder.read(root));
    }

    @Override
    public CommitHash commit() {
        return new CommitHash(UNKNOWN);
    }

    @Override
    public Instant committedAt() {
        return Instant.EPOCH;
    }

    @Override
    public String treeHash() {
        return UNKNOWN;
    }

    @Override
    public List<Entry> entries() {
        return source.files().stream()
                .map(file -> new Entry(file.path(), file.sizeBytes(), file.executable(), UNKNOWN))
                .toList();
    }

    @Override
    public Optional<byte[]> read(String path, int bytesMax) {
        return source.files().stream()
                .filter(file -> file.path().equals(path) && file.sizeBytes() <= bytesMax)
                .findFirst()
                .map(FolderTree::content);
    }

    @Override
    public void copy(Entry entry, Path target) {
        try {
            Files.copy(root.resolve(entry.path()), target);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] content(SourceFile file) {
        try {
            return Files.readAllBytes(file.file());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
