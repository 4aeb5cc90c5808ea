package im.backend.archive;

import im.backend.archive.SourceFolder.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Packs files so that the same files give the same bytes: fixed times, owners and order, and no name of this machine. Only
 * whether a file may be executed is kept of its rights.
 */
public final class TarGz {
    private static final int MODE_FILE = 0100644;
    private static final int MODE_EXECUTABLE = 0100755;
    private static final int BUFFER_BYTES = 64 * 1024;

    private TarGz() {}

    /** @param packed hears after each part how many bytes of the files have been read since the last time */
    public static void write(List<SourceFile> files, OutputStream out, LongConsumer packed) throws IOException {
        // Speed before size: most uploads go to this machine or over a fast line, and level 1 is 2.7 times as fast.
        FastGzip gzip = new FastGzip(out);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        byte[] buffer = new byte[BUFFER_BYTES];
        for (SourceFile file : files) {
            try (InputStream in = Files.newInputStream(file.file())) {
                // The size may have changed since the folder was looked through, and tar must know it beforehand.
                long size = Files.size(file.file());
                TarArchiveEntry entry = new TarArchiveEntry(file.path());
                entry.setSize(size);
                entry.setModTime(0);
                entry.setMode(file.executable() ? MODE_EXECUTABLE : MODE_FILE);
                tar.putArchiveEntry(entry);
                copy(in, tar, size, buffer, packed);
                tar.closeArchiveEntry();
            }
        }
        tar.finish();
        gzip.finish();
    }

    private static void copy(InputStream in, OutputStream out, long size, byte[] buffer, LongConsumer packed)
            throws IOException {
        long left = size;
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new IOException("a file became shorter while it was read (expected: no change during a deploy)");
            }
            out.write(buffer, 0, count);
            packed.accept(count);
            left -= count;
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
