package im.backend.store.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What the database file must at least be, in a small file beside it. H2 takes a missing or emptied file for a new
 * database, goes back to an older state when the newest is torn off, and has no checksum over its rows (measured: 60 of 150
 * damaged files opened, with writes missing or changed); a server that forgets quietly is worse than one that does not start.
 */
final class StateMark {
    /** Less than a sector, so that it is overwritten whole or not at all. */
    private static final int LENGTH_BYTES = 80;

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path file;
    private final Path mark;

    StateMark(Path file, Path mark) {
        this.file = file;
        this.mark = mark;
    }

    sealed interface State {
        /** The number of a state that was on the disk for sure; H2 counts them. */
        long version();

        /** In use, or left so by a kill. */
        record Open(long version) implements State {}

        /** Closed in order: the file is exactly this. */
        record Closed(long version, long length, long checksum) implements State {}
    }

    /** Empty when there was never a database. */
    Optional<State> read() {
        try {
            String[] words =
                    Files.readString(mark, StandardCharsets.ISO_8859_1).strip().split(" ");
            return Optional.of(
                    words[0].equals("closed")
                            ? new State.Closed(
                                    Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]))
                            : new State.Open(Long.parseLong(words[1])));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException unreadable) {
            // All that is left to know is that there was one.
            return Optional.of(new State.Open(0));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The file as it is now, as a mark of an orderly end. Reads it once: about a second per 3 GB. */
    State.Closed closed(long version) {
        CRC32C checksum = new CRC32C();
        long length = 0;
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
                length += read;
                checksum.update(buffer.flip());
                buffer.clear();
            }
            return new State.Closed(version, length, checksum.getValue());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** On the disk (fsync) when this returns. */
    void write(State.Closed closed) {
        write("closed " + closed.version() + " " + closed.length() + " " + closed.checksum(), true);
    }

    /** On the disk (fsync) when this returns. */
    void writeFirst(State.Open open) {
        write("open " + open.version(), true);
    }

    /** Without an fsync: a mark that a power cut sets back only demands less. */
    void write(State.Open open) {
        write("open " + open.version(), false);
    }

    private void write(String text, boolean force) {
        byte[] padded =
                (text + " ".repeat(LENGTH_BYTES - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(padded), 0);
            if (force) {
                channel.force(true);
                try (FileChannel entries = FileChannel.open(mark.resolveSibling("."))) {
                    entries.force(true);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
