package im.backend.build.jib.layer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks the layers of a whole image, lowest first, into one folder (OCI image spec, "Image Layer Filesystem Changeset").
 * The layers are hostile: every name is looked up inside the folder, a link on the way is followed by {@link RootPath} and
 * never by the kernel, and devices, pipes, owners and setuid bits are left out.
 */
final class RootUnpacking {
    private static final System.Logger LOG = System.getLogger(RootUnpacking.class.getName());
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int ENTRIES_MAX = 1_000_000;
    private static final int GZIP_MAGIC = 0x1f;

    private final RootPath root;
    private long bytesLeft;
    private int entries;
    private Set<Path> ofThisLayer = new HashSet<>();

    /** @param bytesMax of all files of all layers */
    RootUnpacking(Path folder, long bytesMax) {
        this.root = new RootPath(folder);
        this.bytesLeft = bytesMax;
    }

    /** @param blob a tar, gzipped or not */
    void unpack(InputStream blob) throws IOException {
        ofThisLayer = new HashSet<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(expanded(blob), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                entries++;
                if (entries > ENTRIES_MAX) {
                    throw new IOException("the image has over " + ENTRIES_MAX + " files");
                }
                write(tar, entry);
            }
        }
    }

    /** Links in place of the folder, or above it, give way. */
    void makeFolder(String path) throws IOException {
        Path at = root.folder();
        for (Path name : Path.of("/").relativize(Path.of(path))) {
            at = at.resolve(name);
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                RootPath.delete(at);
                Files.createDirectory(at);
            }
        }
    }

    /** An empty file that a file is mounted on, in a folder that is there. */
    void makeFile(String path) throws IOException {
        Path file = root.folder().resolve(path.substring(1));
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            RootPath.delete(file);
            Files.createFile(file);
        }
    }

    private static InputStream expanded(InputStream blob) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(blob, 1 << 16);
        buffered.mark(1);
        int first = buffered.read();
        buffered.reset();
        return first == GZIP_MAGIC ? new GZIPInputStream(buffered, 1 << 16) : buffered;
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        try {
            Path target = root.place(entry.getName());
            if (target.equals(root.folder())) {
                return;
            }
            String name = target.getFileName().toString();
            if (name.equals(OPAQUE)) {
                clear(target.resolveSibling("."));
            } else if (name.startsWith(WHITEOUT)) {
                hide(target.resolveSibling(name.substring(WHITEOUT.length())));
            } else {
                put(tar, entry, target);
            }
        } catch (InvalidPathException notInThisLocale) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "left out of an image: a name that this locale can not write, {0}",
                    entry.getName());
        }
    }

    private void put(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                RootPath.delete(target);
                Files.createDirectory(target);
            }
        } else if (entry.isSymbolicLink()) {
            RootPath.delete(target);
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            link(entry, target);
        } else if (!entry.isBlockDevice() && !entry.isCharacterDevice() && !entry.isFIFO()) {
            RootPath.delete(target);
            copy(tar, target);
            if ((entry.getMode() & 0111) != 0 && !target.toFile().setExecutable(true, false)) {
                throw new IOException("can not make " + target + " executable");
            }
        }
        ofThisLayer.add(target);
    }

    private void link(TarArchiveEntry entry, Path target) throws IOException {
        Path same = root.place(entry.getLinkName());
        if (!Files.isRegularFile(same, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("layer entry " + entry.getName() + " is a second name of " + entry.getLinkName()
                    + ", which is no file of the image");
        }
        if (!same.equals(target)) {
            RootPath.delete(target);
            Files.createLink(target, same);
        }
    }

    private void copy(TarArchiveInputStream tar, Path target) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out =
                Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int read = tar.read(buffer); read >= 0; read = tar.read(buffer)) {
                bytesLeft -= read;
                if (bytesLeft < 0) {
                    throw new IOException("the image is larger than this server unpacks");
                }
                out.write(buffer, 0, read);
            }
        }
    }

    /** What this layer itself has put there stays. */
    private void hide(Path target) throws IOException {
        if (!ofThisLayer.contains(target)) {
            RootPath.delete(target);
        } else if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            clear(target);
        }
    }

    private void clear(Path folder) throws IOException {
        Path real = folder.normalize();
        if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(real)) {
            for (Path child : children) {
                hide(child);
            }
        }
    }
}
