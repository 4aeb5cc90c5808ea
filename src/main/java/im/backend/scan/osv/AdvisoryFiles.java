package im.backend.scan.osv;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The advisories of one source as they lie on this disk.
 *
 * @param files advisories and archives of them, sorted
 * @param state another text whenever a file has changed
 * @param time of the latest change
 */
record AdvisoryFiles(List<Path> files, String state, Instant time) {
    private static final int DEPTH_MAX = 6;
    private static final int ADVISORY_BYTES_MAX = 4 << 20;
    private static final long UNPACKED_BYTES_MAX = 16L << 30;

    AdvisoryFiles {
        files = List.copyOf(files);
    }

    /** Hears each advisory, one after the other. */
    @FunctionalInterface
    interface Hearer {
        void hear(byte[] json) throws IOException;
    }

    /** @param path a folder or a file; nothing is there when it does not exist */
    static AdvisoryFiles at(Path path) throws IOException {
        List<Path> files = new ArrayList<>();
        MessageDigest digest = sha256();
        Instant latest = Instant.EPOCH;
        if (Files.exists(path)) {
            try (Stream<Path> all = Files.walk(path, DEPTH_MAX)) {
                for (Path file : all.filter(AdvisoryFiles::mayHold).sorted().toList()) {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    if (attributes.isRegularFile()) {
                        Instant changed = attributes.lastModifiedTime().toInstant();
                        digest.update((file + " " + attributes.size() + " " + changed + "\n")
                                .getBytes(StandardCharsets.UTF_8));
                        latest = changed.isAfter(latest) ? changed : latest;
                        files.add(file);
                    }
                }
            }
        }
        return new AdvisoryFiles(files, HexFormat.of().formatHex(digest.digest(), 0, 16), latest);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static boolean mayHold(Path file) {
        String name = file.toString();
        return name.endsWith(".json") || name.endsWith(".zip");
    }

    /** Archives are read as a stream, so that their size never matters. An advisory beyond 4 MiB is left out. */
    void forEach(Hearer hearer) throws IOException {
        for (Path file : files) {
            if (file.toString().endsWith(".json")) {
                if (Files.size(file) <= ADVISORY_BYTES_MAX) {
                    hearer.hear(Files.readAllBytes(file));
                }
            } else {
                readArchive(file, hearer);
            }
        }
    }

    private static void readArchive(Path file, Hearer hearer) throws IOException {
        try (Metered content = new Metered(new ZipInputStream(Files.newInputStream(file)), file)) {
            for (ZipEntry entry = content.next(); entry != null; entry = content.next()) {
                if (entry.getName().endsWith(".json")) {
                    byte[] json = content.readNBytes(ADVISORY_BYTES_MAX + 1);
                    if (json.length <= ADVISORY_BYTES_MAX) {
                        hearer.hear(json);
                    }
                }
                content.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    /** Gives up on an archive that unpacks to no end. */
    private static final class Metered extends FilterInputStream {
        private final ZipInputStream archive;
        private final Path file;
        private long bytesLeft = UNPACKED_BYTES_MAX;

        Metered(ZipInputStream archive, Path file) {
            super(archive);
            this.archive = archive;
            this.file = file;
        }

        @Nullable
        ZipEntry next() throws IOException {
            return archive.getNextEntry();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            bytesLeft -= Math.max(0, count);
            if (bytesLeft < 0) {
                throw new IOException(file + " unpacks to more than " + UNPACKED_BYTES_MAX + " bytes");
            }
            return count;
        }
    }
}
