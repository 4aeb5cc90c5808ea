package im.backend.api;

import im.backend.file.DiskFault;
import im.backend.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds an upload until all parts of its request are there: small ones in memory, larger ones in a file that is gone when
 * this is closed. So the parts may come in any order, and a caller that breaks off half-way has started nothing.
 */
final class Spool implements AutoCloseable {
    static final int MEMORY_BYTES_MAX = 1 << 20;

    private final byte[] head;
    private final Optional<Path> file;

    private Spool(byte[] head, Optional<Path> file) {
        this.head = head;
        this.file = file;
    }

    /** Fails with TooLarge {@code body-too-large} when there is more than {@code bytesMax}. */
    static Spool of(InputStream in, Path folder, long bytesMax) throws IOException {
        byte[] head = in.readNBytes(MEMORY_BYTES_MAX);
        if (head.length > bytesMax) {
            throw tooLarge(bytesMax);
        }
        if (head.length < MEMORY_BYTES_MAX) {
            return new Spool(head, Optional.empty());
        }
        Files.createDirectories(folder);
        Path file = Files.createTempFile(folder, "upload", ".part");
        boolean kept = false;
        try (OutputStream out = Files.newOutputStream(file)) {
            write(out, head, head.length);
            copy(in, out, bytesMax - head.length, bytesMax);
            kept = true;
        } finally {
            if (!kept) {
                Files.deleteIfExists(file);
            }
        }
        return new Spool(new byte[0], Optional.of(file));
    }

    private static void copy(InputStream in, OutputStream out, long bytesLeft, long bytesMax) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        long left = bytesLeft;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            left -= read;
            if (left < 0) {
                throw tooLarge(bytesMax);
            }
            write(out, buffer, read);
        }
    }

    /** Whoever uploads is not told that the own connection broke, when it is our disk that did not take it. */
    private static void write(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException failed) {
            throw new DiskFault(failed).asException("The server has no room for uploads. Free some of its disk.");
        }
    }

    static RuntimeException tooLarge(long bytesMax) {
        return new Problem.TooLarge(
                        "body-too-large",
                        "The source is over " + (bytesMax >> 20)
                                + " MiB packed. Leave out what is not source by .gitignore or .backendimignore.")
                .asException();
    }

    /** From its beginning, each time. */
    InputStream open() {
        try {
            return file.isPresent() ? Files.newInputStream(file.get()) : new ByteArrayInputStream(head);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InputStream in = open()) {
            in.transferTo(bytes);
        }
        return bytes.toString(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        file.ifPresent(path -> {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
