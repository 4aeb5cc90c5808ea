package im.backend.source;

import im.backend.domain.Quoted;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Reads an upload of any form under one set of rules and limits, so that every store refuses the same. Thread-safe. */
public final class UploadReader {
    private static final int BUFFER_BYTES = 64 << 10;

    private final SourceLimits limits;

    public UploadReader(SourceLimits limits) {
        this.limits = limits;
    }

    /**
     * Fails with the problems of {@link SourceStore#stage}, except {@code commit-conflict}; IOException is the sink's.
     *
     * @param parent files of the commit that an edit is made on; not read for other uploads
     */
    public void read(SourceUpload upload, List<SourceTree.Entry> parent, TreeSink sink) throws IOException {
        switch (upload) {
            case SourceUpload.Archive archive -> readArchive(archive, sink);
            case SourceUpload.FileMap map -> readFiles(map.files(), new Tally(limits), sink);
            case SourceUpload.Edit edit -> readEdit(edit, parent, sink);
        }
    }

    private void readArchive(SourceUpload.Archive archive, TreeSink sink) throws IOException {
        Tally tally = new Tally(limits);
        for (SourceUpload.File file : archive.overlay()) {
            put(file, tally, sink);
        }
        Set<String> overlaid =
                archive.overlay().stream().map(SourceUpload.File::path).collect(Collectors.toCollection(HashSet::new));
        PackedInput packed = new PackedInput(archive.tarGz());
        InputStream expanded = new CountedInput(gunzip(packed), new Expansion(packed, limits));
        TarReader tar = new TarReader(new BufferedInputStream(expanded, BUFFER_BYTES));
        for (Optional<TarReader.Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
            readEntry(next.get(), tar.content(), overlaid, tally, sink);
        }
        tally.refuseEmpty();
    }

    private static InputStream gunzip(PackedInput packed) {
        try {
            return new GZIPInputStream(packed, BUFFER_BYTES);
        } catch (IOException e) {
            throw TarReader.bad("it is not gzip, or empty", e);
        }
    }

    private void readEntry(TarReader.Entry entry, InputStream content, Set<String> overlaid, Tally tally, TreeSink sink)
            throws IOException {
        String path = withoutDotSlash(entry.path());
        switch (entry.kind()) {
            case FOLDER -> {
                String folder = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
                if (!folder.isEmpty() && !folder.equals(".")) {
                    tally.folder(folder);
                }
            }
            case FILE -> {
                // Removed, so that the archive's own second copy is still a conflict.
                if (!overlaid.remove(path)) {
                    tally.file(path, entry.sizeBytes());
                    sink.put(path, entry.executable(), entry.sizeBytes(), content);
                }
            }
            case SYMBOLIC_LINK, HARD_LINK, DEVICE, SPARSE_FILE, UNKNOWN -> throw unsafeEntry(entry);
        }
    }

    /** {@code tar -C folder .} names everything {@code ./x}. */
    private static String withoutDotSlash(String path) {
        String rest = path;
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        return rest;
    }

    private void readFiles(List<SourceUpload.File> files, Tally tally, TreeSink sink) throws IOException {
        for (SourceUpload.File file : files) {
            put(file, tally, sink);
        }
        tally.refuseEmpty();
    }

    private void readEdit(SourceUpload.Edit edit, List<SourceTree.Entry> parent, TreeSink sink) throws IOException {
        Set<String> gone = new HashSet<>(edit.deletes());
        refuseUnknown(gone, parent);
        edit.puts().forEach(file -> gone.add(file.path()));
        Tally tally = new Tally(limits);
        for (SourceTree.Entry entry : parent) {
            if (!gone.contains(entry.path())) {
                tally.file(entry.path(), entry.sizeBytes());
                sink.keep(entry);
            }
        }
        readFiles(edit.puts(), tally, sink);
    }

    private static void refuseUnknown(Set<String> deletes, List<SourceTree.Entry> parent) {
        Set<String> there = parent.stream().map(SourceTree.Entry::path).collect(Collectors.toSet());
        deletes.stream()
                .filter(path -> !there.contains(path))
                .sorted()
                .findFirst()
                .ifPresent(path -> {
                    throw new Problem.NotFound(
                                    "No file " + Quoted.of(path) + " to delete; list the files of the project first.")
                            .asException();
                });
    }

    private static void put(SourceUpload.File file, Tally tally, TreeSink sink) throws IOException {
        tally.file(file.path(), file.content().length);
        sink.put(file.path(), file.executable(), file.content().length, new ByteArrayInputStream(file.content()));
    }

    private static ProblemException unsafeEntry(TarReader.Entry entry) {
        String kind = entry.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Problem.Invalid(
                        "unsafe-archive",
                        "file: " + Quoted.of(entry.path()) + " is a " + kind
                                + " (expected: regular files and folders only). Replace it by a copy of the file"
                                + " (tar -h does so for links) or leave it out.")
                .asException();
    }

    /** What came so far, against the limits. */
    private static final class Tally {
        private final SourceLimits limits;
        private final PathRules paths;
        private int entries;
        private int files;
        private long bytes;

        private Tally(SourceLimits limits) {
            this.limits = limits;
            this.paths = new PathRules(limits);
        }

        private void file(String path, long sizeBytes) {
            count();
            files++;
            bytes += sizeBytes;
            if (sizeBytes > limits.fileBytesMax() || bytes > limits.expandedBytesMax()) {
                throw new Problem.TooLarge(
                                "archive-too-large",
                                "file: " + Quoted.of(path) + " of " + sizeBytes
                                        + " bytes is too much (expected: at most "
                                        + limits.fileBytesMax() + " each, " + limits.expandedBytesMax()
                                        + " together). Leave it out, or keep it in a volume.")
                        .asException();
            }
            paths.acceptFile(path);
        }

        private void folder(String path) {
            count();
            paths.acceptFolder(path);
        }

        private void count() {
            entries++;
            if (entries > limits.filesMax()) {
                throw new Problem.TooLarge(
                                "too-many-files",
                                "The upload has more than " + limits.filesMax()
                                        + " files and folders. Leave out dependencies and build output"
                                        + " (node_modules, .venv, target); the build makes them.")
                        .asException();
            }
        }

        private void refuseEmpty() {
            if (files == 0) {
                throw new Problem.Invalid(
                                "empty-source",
                                "The upload has no files (expected: at least one). Send the project's files.")
                        .asException();
            }
        }
    }
}
