package im.backend.build.base;

import im.backend.domain.Digest;
import im.backend.domain.Quoted;
import im.backend.file.FileTree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The files of an archive, spooled, because its table of contents comes last. They are numbered on disk: no name of the
 * archive ever becomes a path here, and one that would lead outside is refused all the same.
 */
final class SpooledArchive implements AutoCloseable {
    private static final int ENTRIES_MAX = 10_000;
    private static final int LINKS_MAX = 4;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;

    private final Path folder;
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    private SpooledArchive(Path folder) {
        this.folder = folder;
    }

    /** @param bytesMax of all files together */
    static SpooledArchive read(InputStream source, Path spool, long bytesMax) throws IOException {
        Files.createDirectories(spool);
        SpooledArchive archive = new SpooledArchive(Files.createTempDirectory(spool, "image"));
        boolean whole = false;
        try {
            archive.readAll(unpacked(source), bytesMax);
            whole = true;
        } finally {
            if (!whole) {
                archive.close();
            }
        }
        return archive;
    }

    /** Empty when the archive has no such file. */
    Optional<Path> file(String name) {
        String at = name;
        for (int depth = 0; depth < LINKS_MAX && links.containsKey(at); depth++) {
            at = links.get(at);
        }
        return Optional.ofNullable(files.get(at));
    }

    Optional<byte[]> document(String name) throws IOException {
        Optional<Path> file = file(name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (Files.size(file.get()) > DOCUMENT_BYTES_MAX) {
            throw ImageRefusal.tooLarge(name, DOCUMENT_BYTES_MAX);
        }
        return Optional.of(Files.readAllBytes(file.get()));
    }

    Path blob(Digest digest) {
        return file(nameOf(digest)).orElseThrow(() -> absent(digest));
    }

    /** As an OCI layout has it. */
    static String nameOf(Digest blob) {
        return "blobs/" + blob.algorithm().label() + "/" + blob.hex();
    }

    static RuntimeException absent(Digest blob) {
        return ImageRefusal.invalid("the archive has no blob " + blob + ".");
    }

    private static InputStream unpacked(InputStream source) throws IOException {
        BufferedInputStream in = new BufferedInputStream(source, BUFFER_BYTES);
        in.mark(2);
        byte[] magic = in.readNBytes(2);
        in.reset();
        boolean gzip = Arrays.equals(magic, new byte[] {0x1f, (byte) 0x8b});
        return gzip ? new GZIPInputStream(in, BUFFER_BYTES) : in;
    }

    private void readAll(InputStream in, long bytesMax) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8");
        long left = bytesMax;
        int count = 0;
        try {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++count > ENTRIES_MAX) {
                    throw ImageRefusal.invalid("the archive has over " + ENTRIES_MAX + " entries.");
                }
                left -= entry.isFile() ? entry.getSize() : 0;
                if (left < 0) {
                    throw ImageRefusal.tooLarge("The archive", bytesMax);
                }
                take(tar, entry);
            }
        } catch (IllegalArgumentException | IOException broken) {
            if (broken instanceof IOException failed && isOfTheDisk(failed)) {
                throw failed;
            }
            throw ImageRefusal.invalid("it is no tar archive, or it was cut short.", broken);
        }
    }

    private static boolean isOfTheDisk(IOException failed) {
        return failed instanceof java.nio.file.FileSystemException;
    }

    private void take(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        String name = normal(List.of(), entry.getName());
        if (entry.isDirectory()) {
            return;
        }
        if (entry.isSymbolicLink()) {
            List<String> parts = Arrays.asList(name.split("/", -1));
            links.put(name, normal(parts.subList(0, parts.size() - 1), entry.getLinkName()));
        } else if (entry.isLink()) {
            links.put(name, normal(List.of(), entry.getLinkName()));
        } else if (entry.isFile() && !entry.isSparse()) {
            Path file = folder.resolve(Integer.toString(files.size()));
            try (OutputStream out = Files.newOutputStream(file)) {
                tar.transferTo(out);
            }
            files.put(name, file);
        } else {
            throw ImageRefusal.invalid("the archive has an entry that is no file: " + Quoted.of(entry.getName()) + ".");
        }
    }

    /** A name seen from the archive's root. */
    private static String normal(List<String> from, String name) {
        List<String> parts = new ArrayList<>(from);
        for (String part : name.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> {
                    if (parts.isEmpty()) {
                        throw outside(name);
                    }
                    parts.removeLast();
                }
                default -> parts.add(part);
            }
        }
        if (name.startsWith("/")) {
            throw outside(name);
        }
        return String.join("/", parts);
    }

    private static RuntimeException outside(String name) {
        return ImageRefusal.invalid("the archive has a name that leads outside: " + Quoted.of(name) + ".");
    }

    @Override
    public void close() throws IOException {
        new FileTree(folder).delete();
    }
}
