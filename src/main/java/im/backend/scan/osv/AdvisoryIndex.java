package im.backend.scan.osv;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Condensed advisories in one file, found by package: first the advisories, then a table of key, place and length that is
 * sorted by key, then the table's place. It is mapped while it is asked and never held in memory, since a server that is
 * not scanning has better use for it.
 */
final class AdvisoryIndex implements AutoCloseable {
    private static final long MAGIC = 0x42494d4f53563031L;
    private static final int ROW_BYTES = Long.BYTES + Long.BYTES + Integer.BYTES;
    private static final int FOOTER_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private final OsvFormat format = new OsvFormat();
    private final MemorySegment file;
    private final long table;
    private final int rows;

    private record Row(long key, long place, int length) {}

    private AdvisoryIndex(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long footer = file.byteSize() - FOOTER_BYTES;
            if (footer < 0 || file.get(LONG, footer + Long.BYTES + Integer.BYTES) != MAGIC) {
                throw new IOException(path + " is no index of advisories");
            }
            table = file.get(LONG, footer);
            rows = file.get(INT, footer + Long.BYTES);
        } catch (IOException | RuntimeException broken) {
            arena.close();
            throw broken;
        }
    }

    /** Writes the index of all advisories of a source; the file is there only when it is whole. */
    static void write(AdvisoryFiles source, Path target) throws IOException {
        Path unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
        OsvFormat format = new OsvFormat();
        List<Row> table = new ArrayList<>();
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 16))) {
            long[] place = new long[1];
            source.forEach(json -> {
                Optional<OsvFormat.Condensed> condensed = format.condense(json);
                if (condensed.isPresent()) {
                    byte[] kept = condensed.get().json();
                    out.write(kept);
                    condensed.get().keys().forEach(key -> table.add(new Row(hash(key), place[0], kept.length)));
                    place[0] += kept.length;
                }
            });
            table.sort(Comparator.comparingLong(Row::key));
            for (Row row : table) {
                out.writeLong(row.key());
                out.writeLong(row.place());
                out.writeInt(row.length());
            }
            out.writeLong(place[0]);
            out.writeInt(table.size());
            out.writeLong(MAGIC);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    static AdvisoryIndex open(Path file) throws IOException {
        return new AdvisoryIndex(file);
    }

    /** How many pairs of advisory and package it has. */
    int size() {
        return rows;
    }

    /** All advisories about a package. */
    List<Advisory> about(String key) {
        long wanted = hash(key);
        List<Advisory> found = new ArrayList<>();
        for (int row = firstAtLeast(wanted); row < rows && keyOf(row) == wanted; row++) {
            Advisory advisory = read(row);
            if (advisory.affected().stream().anyMatch(one -> one.key().equals(key))) {
                found.add(advisory);
            }
        }
        return found;
    }

    private int firstAtLeast(long wanted) {
        int low = 0;
        int high = rows;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (keyOf(middle) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long keyOf(int row) {
        return file.get(LONG, table + (long) row * ROW_BYTES);
    }

    private Advisory read(int row) {
        long at = table + (long) row * ROW_BYTES + Long.BYTES;
        long place = file.get(LONG, at);
        int length = file.get(INT, at + Long.BYTES);
        return format.read(file.asSlice(place, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /** Two packages with one hash are told apart by what is read. */
    private static long hash(String key) {
        MessageDigest digest = AdvisoryFiles.sha256();
        return ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    @Override
    public void close() {
        arena.close();
    }
}
