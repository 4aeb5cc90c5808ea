package im.backend.build.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A folder as a tar stream, to a pod and back. What comes back was made by a stranger's build: no name leads out of the
 * folder, no link is followed on the way to a file, and devices, pipes, owners and setuid bits are left out.
 *
 * @param filesMax entries of one stream
 * @param bytesMax of all its files
 */
record FolderTar(int filesMax, long bytesMax) {
    private static final int MODE_FOLDER = 0755;
    private static final int MODE_FILE = 0644;
    private static final int MODE_PROGRAM = 0755;
    private static final int BUFFER_BYTES = 1 << 16;

    /** Links stay links. A file goes by its own name. */
    static void write(Path source, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, BUFFER_BYTES / 2, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        if (Files.isDirectory(source)) {
            writeFolder(tar, source);
        } else {
            putFile(tar, source, source.getFileName().toString());
        }
        tar.finish();
        out.flush();
    }

    private static void writeFolder(TarArchiveOutputStream tar, Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!folder.equals(root)) {
                    TarArchiveEntry entry = new TarArchiveEntry(root.relativize(folder) + "/");
                    entry.setMode(MODE_FOLDER);
                    tar.putArchiveEntry(entry);
                    tar.closeArchiveEntry();
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = root.relativize(file).toString();
                if (attributes.isSymbolicLink()) {
                    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
                    entry.setLinkName(Files.readSymbolicLink(file).toString());
                    tar.putArchiveEntry(entry);
                    tar.closeArchiveEntry();
                } else if (attributes.isRegularFile()) {
                    putFile(tar, file, name);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void putFile(TarArchiveOutputStream tar, Path file, String name) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(Files.size(file));
        entry.setMode(Files.isExecutable(file) ? MODE_PROGRAM : MODE_FILE);
        tar.putArchiveEntry(entry);
        Files.copy(file, tar);
        tar.closeArchiveEntry();
    }

    /** Into an empty folder. Fails with an IOException that names the entry that is refused. */
    void unpack(InputStream in, Path folder) throws IOException {
        long left = bytesMax;
        int entries = 0;
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8");
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            entries++;
            left -= Math.max(0, entry.getSize());
            if (entries > filesMax || left < 0) {
                throw new IOException(
                        "the build's result is larger than " + filesMax + " files or " + (bytesMax >> 20) + " MiB");
            }
            put(tar, entry, folder);
        }
    }

    private static void put(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder) throws IOException {
        Path target = place(folder, entry.getName());
        if (target.equals(folder)) {
            return;
        }
        if (entry.isDirectory()) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(target);
            }
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Path first = place(folder, entry.getLinkName());
            if (!Files.isRegularFile(first, LinkOption.NOFOLLOW_LINKS)) {
                throw refused(entry.getName(), "a second name of " + entry.getLinkName() + ", which is no file of it");
            }
            Files.createLink(target, first);
        } else if (!entry.isBlockDevice() && !entry.isCharacterDevice() && !entry.isFIFO()) {
            try (OutputStream out =
                    Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                tar.transferTo(out);
            }
            if ((entry.getMode() & 0100) != 0 && !target.toFile().setExecutable(true, false)) {
                throw refused(entry.getName(), "it can not be made executable here");
            }
        }
    }

    /** Folders on the way are made; a link among them is refused, since it may lead anywhere. */
    private static Path place(Path folder, String name) throws IOException {
        Path at = folder;
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..") || part.indexOf('\0') >= 0) {
                throw refused(name, "it leads out of the folder");
            }
            if (!at.equals(folder)) {
                requireFolder(at, name);
            }
            at = at.resolve(part);
        }
        return at;
    }

    private static void requireFolder(Path at, String name) throws IOException {
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(name, at.getFileName() + " is no folder");
        }
        Files.createDirectory(at);
    }

    private static IOException refused(String name, String why) {
        return new IOException("the build's result has an entry that is refused: " + name + " (" + why + ")");
    }
}
