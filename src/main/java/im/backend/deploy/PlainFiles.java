package im.backend.deploy;

import im.backend.domain.CommitHash;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.source.SourceUpload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The files of an upload that lie open before it is staged, so that the project's name can be read from them. */
record PlainFiles(List<SourceUpload.File> files) implements SourceTree {
    private static final CommitHash NONE = new CommitHash("0".repeat(40));

    static PlainFiles of(SourceUpload upload) {
        return new PlainFiles(
                switch (upload) {
                    case SourceUpload.Archive(var stream, var overlay) -> overlay;
                    case SourceUpload.FileMap(var files) -> files;
                    case SourceUpload.Edit(var parent, var puts, var deletes) -> puts;
                });
    }

    @Override
    public CommitHash commit() {
        return NONE;
    }

    @Override
    public Instant committedAt() {
        return Instant.EPOCH;
    }

    @Override
    public String treeHash() {
        return NONE.value();
    }

    @Override
    public List<Entry> entries() {
        return files.stream()
                .map(file -> new Entry(file.path(), file.content().length, file.executable(), NONE.value()))
                .sorted(Comparator.comparing(Entry::path))
                .toList();
    }

    @Override
    public Optional<byte[]> read(String path, int bytesMax) {
        Optional<byte[]> content = files.stream()
                .filter(file -> file.path().equals(path))
                .map(SourceUpload.File::content)
                .findFirst();
        if (content.isPresent() && content.get().length > bytesMax) {
            throw new Problem.TooLarge(
                            "file-too-large",
                            path + ": " + content.get().length + " bytes (expected: <= " + bytesMax + ")")
                    .asException();
        }
        return content;
    }

    @Override
    public void copy(Entry entry, Path target) {
        try {
            Files.write(
                    target,
                    read(entry.path(), Integer.MAX_VALUE).orElseThrow(),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
