package im.backend.orchestrator.local;

import im.backend.host.Launcher;
import im.backend.host.StatusLine;
import im.backend.orchestrator.log.LogSource;
import im.backend.orchestrator.log.ProjectLog;
import im.backend.orchestrator.log.RateBudget;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.OptionalInt;

/**
 * Takes what one instance writes over into its project's log. The app writes into a file and never waits for us; behind
 * the reader the file's space is given back, so that offsets never change and no line is lost. Safe for several threads.
 */
final class LogIntake {
    private static final System.Logger LOG = System.getLogger(LogIntake.class.getName());
    static final int LINE_BYTES_MAX = 16 * 1024;
    private static final int CHUNK_BYTES = 1 << 18;
    private static final int FREE_BYTES = 4 << 20;
    private static final int BLOCK_BYTES = 4096;

    private final LogSource source;
    private final InstanceFolder folder;
    private final ProjectLog log;
    private final Launcher launcher;
    private final Clock clock;
    private final RateBudget budget;
    private long offset;
    private long freedTo;
    private boolean canFree = true;
    private OptionalInt toldExit = OptionalInt.empty();

    LogIntake(LogSource source, InstanceFolder folder, ProjectLog log, Launcher launcher, Clock clock) {
        this.source = source;
        this.folder = folder;
        this.log = log;
        this.launcher = launcher;
        this.clock = clock;
        this.budget = new RateBudget(clock);
    }

    LogSource source() {
        return source;
    }

    /** Goes on where an earlier server stopped. */
    synchronized void resume() {
        long stored = 0;
        try {
            stored = Long.parseLong(Files.readString(folder.progress()).strip());
        } catch (IOException | NumberFormatException notYet) {
            stored = 0;
        }
        offset = Math.max(stored, log.progressOf(source.id().toString()).orElse(0L));
        freedTo = offset / BLOCK_BYTES * BLOCK_BYTES;
    }

    /** A line of the platform itself, among those of the app. */
    synchronized void note(String text) {
        take();
        Batch batch = new Batch();
        batch.line(("backendim: " + text).getBytes(StandardCharsets.UTF_8));
        try {
            batch.store(offset);
        } catch (IOException failed) {
            tell(failed);
        }
    }

    /** Takes over all whole lines that are there. */
    synchronized void take() {
        takeLines(false);
    }

    /** Nothing more will come: an unfinished last line is taken too. */
    synchronized void finish() {
        takeLines(true);
    }

    /** What it writes when it is started again goes into another file, which is to be read from its beginning. */
    synchronized void forget() {
        try {
            if (offset > 0) {
                log.append(LogSource.progress(source.id().toString(), 0));
            }
        } catch (IOException failed) {
            tell(failed);
        }
    }

    /** The exit code that the sandbox wrote last; the app could have forged it. */
    synchronized OptionalInt toldExit() {
        return toldExit;
    }

    /** Gives space back when enough was read; separate, because it starts a program. */
    synchronized void freeSpace() {
        long upTo = offset / BLOCK_BYTES * BLOCK_BYTES;
        if (canFree && upTo - freedTo >= FREE_BYTES) {
            canFree = launcher.freeSpace(folder.output(), freedTo, upTo - freedTo);
            freedTo = upTo;
        }
    }

    /** What can not be stored now, as on a full disk, is tried again later: a log must never end its app. */
    private void takeLines(boolean unfinishedToo) {
        try {
            long size = Files.size(folder.output());
            if (size <= offset) {
                return;
            }
            try (RandomAccessFile output = new RandomAccessFile(folder.output().toFile(), "r")) {
                skipWhatIsTooMuch(output, size);
                long before;
                do {
                    before = offset;
                    takeChunk(output, size, unfinishedToo);
                } while (offset > before && offset < size);
            }
        } catch (NoSuchFileException | FileNotFoundException nothingWritten) {
            return;
        } catch (IOException failed) {
            tell(failed);
        }
    }

    private void tell(IOException failed) {
        LOG.log(System.Logger.Level.WARNING, "log of {0}: {1}", source.id(), failed.toString());
    }

    /** What comes faster than the limit is not stored: the newest lines are worth more than all of them. */
    private void skipWhatIsTooMuch(RandomAccessFile output, long size) throws IOException {
        long allowed = budget.take(size - offset);
        if (allowed == size - offset) {
            return;
        }
        long from = size - allowed;
        for (byte next : read(output, from, Math.min(size, from + LINE_BYTES_MAX))) {
            from++;
            if (next == '\n') {
                break;
            }
        }
        long skipped = from - offset;
        Batch batch = new Batch();
        batch.line(("backendim: " + skipped + " bytes of output were left out, because it came faster than 1 MiB/s")
                .getBytes(StandardCharsets.UTF_8));
        batch.store(from);
    }

    private void takeChunk(RandomAccessFile output, long size, boolean unfinishedToo) throws IOException {
        byte[] bytes = read(output, offset, Math.min(size, offset + CHUNK_BYTES));
        Batch batch = new Batch();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                batch.appLine(bytes, from, at);
                from = at + 1;
            } else if (at - from + 1 == LINE_BYTES_MAX) {
                int cut = characterStart(bytes, from, at + 1);
                batch.appLine(bytes, from, cut);
                from = cut;
            }
        }
        if (unfinishedToo && offset + bytes.length == size && from < bytes.length) {
            batch.appLine(bytes, from, bytes.length);
            from = bytes.length;
        }
        if (from > 0) {
            batch.store(offset + from);
        }
    }

    /** Not in the middle of a character of several bytes. */
    private static int characterStart(byte[] bytes, int from, int to) {
        int cut = to;
        while (cut > from && cut < bytes.length && (bytes[cut] & 0xC0) == 0x80) {
            cut--;
        }
        return cut == from ? to : cut;
    }

    private static byte[] read(RandomAccessFile output, long from, long to) throws IOException {
        byte[] bytes = new byte[(int) (to - from)];
        output.seek(from);
        output.readFully(bytes);
        return bytes;
    }

    /** Lines that are stored in one go, with how far they reach. */
    private final class Batch {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final byte[] head = source.head(clock.instant());

        void appLine(byte[] output, int from, int to) {
            int end = to > from && output[to - 1] == '\r' ? to - 1 : to;
            if (from < end && output[from] == '{') {
                String text = new String(output, from, end - from, StandardCharsets.UTF_8);
                if (StatusLine.matches(text)) {
                    toldExit = StatusLine.exitCode(text);
                    return;
                }
            }
            line(output, from, end);
        }

        void line(byte[] text) {
            line(text, 0, text.length);
        }

        private void line(byte[] text, int from, int to) {
            bytes.writeBytes(head);
            bytes.write(text, from, to - from);
            bytes.write('\n');
        }

        /** @param upTo how far the output is taken over with it */
        void store(long upTo) throws IOException {
            bytes.writeBytes(LogSource.progress(source.id().toString(), upTo));
            log.append(bytes.toByteArray());
            offset = upTo;
            Files.writeString(folder.progress(), Long.toString(offset));
        }
    }
}
