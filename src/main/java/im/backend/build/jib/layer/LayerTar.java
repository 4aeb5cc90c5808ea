package im.backend.build.jib.layer;

import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.hash.CountingDigestOutputStream;
import im.backend.build.jib.app.AppFile;
import im.backend.domain.Digest;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A layer's tar, gzipped, reproducible: entries in the order given, fixed times, owned by root. Jib's own layer builder is not
 * used here because it follows symbolic links, and node_modules/.bin works only as links.
 */
final class LayerTar implements Closeable {
    /** As Jib has it: some programs take 0 for "no time". */
    private static final FileTime TIME = FileTime.fromMillis(1000);

    private static final int FILE_MODE = 0100644;
    private static final int PROGRAM_MODE = 0100755;
    private static final int FOLDER_MODE = 0040755;
    private static final int LINK_MODE = 0120777;

    private final CountingDigestOutputStream digesting;
    private final TarArchiveOutputStream tar;
    private final Set<String> folders = new HashSet<>();

    LayerTar(OutputStream out) throws IOException {
        digesting = new CountingDigestOutputStream(new LayerGzip(new Unclosed(out)));
        tar = new TarArchiveOutputStream(digesting, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    /** @param path in the image, without a slash at the start */
    void addFolder(String path) throws IOException {
        addFoldersAbove(path);
        if (folders.add(path)) {
            put(new TarArchiveEntry(path + "/", TarConstants.LF_DIR), FOLDER_MODE);
            tar.closeArchiveEntry();
        }
    }

    /** One that the user whom apps run as may write in. */
    void addFolderOfApp(String path) throws IOException {
        addFoldersAbove(path);
        if (folders.add(path)) {
            TarArchiveEntry entry = new TarArchiveEntry(path + "/", TarConstants.LF_DIR);
            entry.setIds(Layers.USER, Layers.USER);
            put(entry, FOLDER_MODE);
            tar.closeArchiveEntry();
        }
    }

    /** @param folder has the content of the files */
    void addApp(Path folder, List<AppFile> files) throws IOException {
        addFolder("app");
        for (AppFile file : files) {
            String path = "app/" + file.path();
            if (file.kind() == AppFile.Kind.LINK) {
                addLink(path, file.content());
            } else {
                addFile(path, folder.resolve(file.path()), file.kind() == AppFile.Kind.PROGRAM);
            }
        }
    }

    /** A folder with all that is in it. */
    void addTree(String path, Path folder) throws IOException {
        addFolder(path);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(one -> !one.equals(folder))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList()) {
                String name = path + "/" + folder.relativize(file);
                if (Files.isSymbolicLink(file)) {
                    addLink(name, Files.readSymbolicLink(file).toString());
                } else if (Files.isDirectory(file)) {
                    addFolder(name);
                } else {
                    addFile(name, file, Files.isExecutable(file));
                }
            }
        }
    }

    void addFile(String path, Path content, boolean program) throws IOException {
        addFoldersAbove(path);
        TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_NORMAL);
        entry.setSize(Files.size(content));
        put(entry, program ? PROGRAM_MODE : FILE_MODE);
        Files.copy(content, tar);
        tar.closeArchiveEntry();
    }

    void addLink(String path, String target) throws IOException {
        addFoldersAbove(path);
        TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        put(entry, LINK_MODE);
        tar.closeArchiveEntry();
    }

    /** Ends the tar and its gzip stream. */
    Digest diffId() throws IOException {
        tar.close();
        BlobDescriptor uncompressed = digesting.computeDigest();
        return new Digest(uncompressed.getDigest().toString());
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private void addFoldersAbove(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0 && !folders.contains(path.substring(0, slash))) {
            addFolder(path.substring(0, slash));
        }
    }

    private void put(TarArchiveEntry entry, int mode) throws IOException {
        entry.setMode(mode);
        entry.setLastModifiedTime(TIME);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
    }

    /**
     * Packs a small layer well, for it is what a redeploy sends, and a large one fast, since that takes time at each change
     * of the app. The first bytes wait until it is known which it is, so that the digest follows from the bytes alone.
     */
    private static final class LayerGzip extends GZIPOutputStream {
        private static final int BUFFER_BYTES = 32 * 1024;
        private static final int SMALL_BYTES = 256 * 1024;
        private final ByteArrayOutputStream first = new ByteArrayOutputStream();
        private boolean decided;

        LayerGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!decided && first.size() + length <= SMALL_BYTES) {
                first.write(bytes, from, length);
                return;
            }
            decide(Deflater.BEST_SPEED);
            super.write(bytes, from, length);
        }

        @Override
        public void finish() throws IOException {
            decide(Deflater.DEFAULT_COMPRESSION);
            super.finish();
        }

        private void decide(int level) throws IOException {
            if (!decided) {
                decided = true;
                def.setLevel(level);
                super.write(first.toByteArray(), 0, first.size());
                first.reset();
            }
        }
    }

    /** The blob below is still to be forced to disk when its tar has ended. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
