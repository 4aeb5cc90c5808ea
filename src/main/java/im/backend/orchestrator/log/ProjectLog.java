package im.backend.orchestrator.log;

import im.backend.file.FileTree;
import im.backend.orchestrator.LogLine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One project's lines as one endless stream of bytes, cut into segment files named by where they begin. A line's position
 * is the offset of its end: it grows, never changes, and finds the line without an index. The oldest segments are deleted
 * beyond the cap, so a look at the end costs the same however much was written. Safe for several threads.
 */
public final class ProjectLog {
    public static final int SEGMENT_BYTES = 1 << 20;
    private static final String SUFFIX = ".log";
    /** What is read at once; a line that is longer takes more. */
    private static final int BLOCK_BYTES = 64 << 10;

    private final Path folder;
    private final long bytesMax;
    private final TreeMap<Long, Path> segments = new TreeMap<>();
    private long end;

    public ProjectLog(Path folder, long bytesMax) {
        this.folder = folder;
        this.bytesMax = bytesMax;
    }

    /** A batch that a killed server did not finish is cut off; its lines are read once more from the instance's output. */
    public synchronized void open() {
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    segments.put(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), file);
                }
            }
            if (!segments.isEmpty()) {
                long start = segments.lastKey();
                Path last = segments.get(start);
                int whole = endOfLastBatch(Files.readAllBytes(last));
                try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
                    channel.truncate(whole);
                }
                end = start + whole;
            }
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    /**
     * All of it or nothing. The file is not a channel, which an interrupt would close in the middle of a write.
     *
     * @param batch whole lines, the last of them a progress line
     */
    public synchronized void append(byte[] batch) throws IOException {
        Path segment = segmentForAppend();
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long start = segments.lastKey();
            file.seek(end - start);
            try {
                file.write(batch);
            } catch (IOException diskFull) {
                file.setLength(end - start);
                throw diskFull;
            }
        }
        end += batch.length;
        trim();
    }

    /** How far the output of a writer was taken over, as the newest segment tells it. */
    public Optional<Long> progressOf(String writer) {
        Optional<Long> progress = Optional.empty();
        View view = view();
        byte[] newest = view.segments().isEmpty()
                ? new byte[0]
                : view.read(view.segments().lastKey());
        for (String line : new String(newest, StandardCharsets.ISO_8859_1).split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length == 3 && fields[0].equals("=") && fields[1].equals(writer)) {
                progress = Optional.of(Long.parseLong(fields[2]));
            }
        }
        return progress;
    }

    /** The last lines that are wanted, oldest first. Reads back from the end, and no further than it has to. */
    public List<LogLine> last(int countMax, Predicate<StoredLine> wanted) {
        List<LogLine> newestFirst = new ArrayList<>();
        View view = view();
        for (long start : view.segments().descendingKeySet()) {
            long to = view.endOf(start);
            while (to > start && newestFirst.size() < countMax) {
                LineBlock block = view.linesBefore(start, to);
                List<StoredLine> lines = block.lines();
                for (int at = lines.size() - 1; at >= 0 && newestFirst.size() < countMax; at--) {
                    if (wanted.test(lines.get(at))) {
                        newestFirst.add(lines.get(at).line());
                    }
                }
                to = block.offset();
            }
        }
        Collections.reverse(newestFirst);
        return List.copyOf(newestFirst);
    }

    /** Lines behind a position, oldest first; from the oldest line that is still there when that one is gone. */
    public List<LogLine> after(long position, int countMax) {
        List<LogLine> found = new ArrayList<>();
        View view = view();
        Long first = view.segments().floorKey(Math.max(position, 0));
        for (long start : first == null
                ? view.segments().keySet()
                : view.segments().tailMap(first).keySet()) {
            long from = view.lineAt(start, Math.max(position, start));
            while (from < view.endOf(start) && found.size() < countMax) {
                LineBlock block = view.linesFrom(start, from);
                block.lines().stream()
                        .limit(countMax - found.size())
                        .map(StoredLine::line)
                        .forEach(found::add);
                from = block.end();
            }
        }
        return List.copyOf(found);
    }

    public synchronized void delete() {
        try {
            segments.clear();
            end = 0;
            new FileTree(folder).delete();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    private Path segmentForAppend() throws IOException {
        if (segments.isEmpty() || end - segments.lastKey() >= SEGMENT_BYTES) {
            Files.createDirectories(folder);
            segments.put(end, folder.resolve(String.format(Locale.ROOT, "%020d%s", end, SUFFIX)));
        }
        return segments.lastEntry().getValue();
    }

    private void trim() throws IOException {
        while (segments.size() > 1 && end - segments.firstKey() > bytesMax) {
            Files.deleteIfExists(segments.pollFirstEntry().getValue());
        }
    }

    private static int endOfLastBatch(byte[] bytes) {
        int to = bytes.length - 1;
        while (to >= 0) {
            int from = to;
            while (from > 0 && bytes[from - 1] != '\n') {
                from--;
            }
            if (bytes[to] == '\n' && bytes[from] == StoredLine.PROGRESS) {
                return to + 1;
            }
            to = from - 1;
        }
        return 0;
    }

    private synchronized View view() {
        return new View(new TreeMap<>(segments), end);
    }

    /**
     * What was there at one moment: whole lines only, while others append. A segment that is deleted meanwhile reads as
     * empty.
     */
    private record View(TreeMap<Long, Path> segments, long end) {
        long endOf(long start) {
            Long next = segments.higherKey(start);
            return next == null ? end : next;
        }

        byte[] read(long start) {
            return read(start, start, endOf(start));
        }

        /** The lines before {@code to}, where a line ends: some of them at least, when {@code to} is not the start. */
        LineBlock linesBefore(long start, long to) {
            for (long size = BLOCK_BYTES; ; size *= 2) {
                long from = Math.max(start, to - size);
                byte[] bytes = read(start, from, to);
                if (bytes.length < to - from) {
                    return new LineBlock(start, new byte[0]);
                }
                int skipped = from == start ? 0 : LineBlock.endOfLine(bytes, 0);
                if (skipped < bytes.length) {
                    return new LineBlock(from + skipped, Arrays.copyOfRange(bytes, skipped, bytes.length));
                }
            }
        }

        /** The lines from {@code from} on, where one begins: some of them at least, when it is not the end. */
        LineBlock linesFrom(long start, long from) {
            long last = endOf(start);
            for (long size = BLOCK_BYTES; ; size *= 2) {
                long to = Math.min(last, from + size);
                byte[] bytes = read(start, from, to);
                if (bytes.length < to - from) {
                    return new LineBlock(last, new byte[0]);
                }
                int whole = to == last ? bytes.length : LineBlock.startOfLine(bytes, bytes.length);
                if (whole > 0) {
                    return new LineBlock(from, Arrays.copyOf(bytes, whole));
                }
            }
        }

        /** Where the first line begins at {@code position} or behind it. */
        long lineAt(long start, long position) {
            if (position == start || position >= endOf(start)) {
                return position;
            }
            // The byte before tells whether a line begins here.
            LineBlock rest = linesFrom(start, position - 1);
            return rest.offset() + LineBlock.endOfLine(rest.bytes(), 0);
        }

        private byte[] read(long start, long from, long to) {
            try (FileChannel channel =
                    FileChannel.open(Objects.requireNonNull(segments.get(start)), StandardOpenOption.READ)) {
                ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
                while (bytes.hasRemaining() && channel.read(bytes, from - start + bytes.position()) >= 0) {}
                return Arrays.copyOf(bytes.array(), bytes.position());
            } catch (NoSuchFileException trimmedMeanwhile) {
                return new byte[0];
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }
}
