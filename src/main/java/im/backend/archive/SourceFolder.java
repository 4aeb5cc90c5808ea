package im.backend.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;

/** The files of a folder that belong to an upload, sorted by path, so that equal folders are packed to equal bytes. */
public final class SourceFolder {
    private static final int FILES_MAX = 200_000;

    private final List<SourceFile> files = new ArrayList<>();
    private final List<String> links = new ArrayList<>();
    private final boolean posix =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    /** @param path with {@code /} between names */
    public record SourceFile(String path, Path file, long sizeBytes, boolean executable) {}

    private SourceFolder() {}

    /** What an upload of {@code root} leaves out, in the notation of .gitignore; of its own ignore files only those at the top. */
    public static List<String> leftOut(Path root) throws IOException {
        return IgnoreRules.atTop(root);
    }

    /** Looks through {@code root}; follows no symbolic link. */
    public static SourceFolder read(Path root) throws IOException {
        SourceFolder source = new SourceFolder();
        source.walk(root, "", IgnoreRules.ofRoot(root));
        source.files.sort((a, b) -> a.path().compareTo(b.path()));
        return source;
    }

    public List<SourceFile> files() {
        return List.copyOf(files);
    }

    /** Symbolic links that were passed over, because an upload holds plain files only. */
    public List<String> links() {
        return List.copyOf(links);
    }

    public long sizeBytes() {
        return files.stream().mapToLong(SourceFile::sizeBytes).sum();
    }

    private void walk(Path directory, String prefix, IgnoreRules rules) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> listing = Files.newDirectoryStream(directory)) {
            listing.forEach(entries::add);
        }
        for (Path entry : entries) {
            String path = prefix + entry.getFileName();
            BasicFileAttributes attributes = attributes(entry);
            if (rules.leavesOut(path, entry, attributes.isDirectory())) {
                continue;
            }
            if (attributes.isDirectory()) {
                walk(entry, path + "/", rules.in(path, entry));
            } else if (attributes.isRegularFile()) {
                add(path, entry, attributes);
            } else if (attributes.isSymbolicLink()) {
                links.add(path);
            }
        }
    }

    private BasicFileAttributes attributes(Path entry) throws IOException {
        return posix
                ? Files.readAttributes(entry, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                : Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private void add(String path, Path file, BasicFileAttributes attributes) {
        if (files.size() == FILES_MAX) {
            throw new UncheckedIOException(new IOException("over " + FILES_MAX
                    + " files (expected: fewer; list what is not source in" + " .backendimignore)"));
        }
        boolean executable = attributes instanceof PosixFileAttributes rights
                && rights.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
        files.add(new SourceFile(path, file, attributes.size(), executable));
    }
}
