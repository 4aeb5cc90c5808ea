package im.backend.orchestrator.log;

import im.backend.file.FileTree;
import im.backend.orchestrator.LogLine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
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

    /** The last lines that are wanted, oldest first. */
    public List<LogLine> last(int countMax, Predicate<StoredLine> wanted) {
        List<LogLine> newestFirst = new ArrayList<>();
        View view = view();
        for (long start : view.segments().descendingKeySet()) {
            byte[] bytes = view.read(start);
            int to = bytes.length - 1;
            while (to >= 0 && newestFirst.size() < countMax) {
                int from = to;
                while (from > 0 && bytes[from - 1] != '\n') {
                    from--;
                }
                StoredLine.parse(bytes, from, to, start + to + 1)
                        .filter(wanted)
                        .ifPresent(found -> newestFirst.add(found.line()));
                to = from - 1;
            }
            if (newestFirst.size() >= countMax) {
                break;
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
            byte[] bytes = view.read(start);
            int from = (int) Math.min(Math.max(position - start, 0), bytes.length);
            while (from > 0 && from < bytes.length && bytes[from - 1] != '\n') {
                from++;
            }
            while (from < bytes.length && found.size() < countMax) {
                int to = from;
                while (to < bytes.length && bytes[to] != '\n') {
                    to++;
                }
                StoredLine.parse(bytes, from, to, start + to + 1).ifPresent(line -> found.add(line.line()));
                from = to + 1;
            }
            if (found.size() >= countMax) {
                break;
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

    /** What was there at one moment: whole lines only, while others append. */
    private record View(TreeMap<Long, Path> segments, long end) {
        byte[] read(long start) {
            try {
                byte[] bytes = Files.readAllBytes(Objects.requireNonNull(segments.get(start)));
                return bytes.length > end - start ? Arrays.copyOf(bytes, (int) (end - start)) : bytes;
            } catch (NoSuchFileException trimmedMeanwhile) {
                return new byte[0];
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }
}
