package im.backend.registry.disk.shelf;

import im.backend.domain.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** Small files that say which blobs there are where the bytes themselves may be elsewhere: the size, and whether they are. */
public record Receipts(Layout layout, DurableFiles files) {
    private static final String ONLY_HERE = " here";

    /** @param place where the bytes are */
    public record Receipt(long sizeBytes, Place place) {
        static Receipt parse(String text) throws IOException {
            String line = text.strip();
            boolean here = line.endsWith(ONLY_HERE);
            try {
                return new Receipt(
                        Long.parseLong(here ? line.substring(0, line.length() - ONLY_HERE.length()) : line),
                        here ? Place.ONLY_HERE : Place.DEPOT);
            } catch (NumberFormatException damaged) {
                throw new IOException("a receipt that says \"" + line + "\" (expected: a size)", damaged);
            }
        }

        String line() {
            return sizeBytes + (place == Place.ONLY_HERE ? Receipts.ONLY_HERE : "") + "\n";
        }
    }

    /** Where a blob's bytes are. */
    public enum Place {
        /** In the store of objects, and on this disk perhaps. */
        DEPOT,
        /** On this disk alone: they were here before there was a store, and are still to be sent. */
        ONLY_HERE
    }

    boolean has(Digest digest) {
        return Files.exists(file(digest));
    }

    /** Fails with NoSuchFileException. */
    public Receipt read(Digest digest) throws IOException {
        return Receipt.parse(Files.readString(file(digest)));
    }

    /** Its age is that of now. */
    public void write(Digest digest, Receipt receipt) throws IOException {
        files.write(file(digest), receipt.line());
    }

    /** As old as it was. */
    void replace(Digest digest, Receipt receipt) throws IOException {
        FileTime age = Files.getLastModifiedTime(file(digest));
        write(digest, receipt);
        Files.setLastModifiedTime(file(digest), age);
    }

    Instant writtenAt(Digest digest) throws IOException {
        return Files.getLastModifiedTime(file(digest)).toInstant();
    }

    Path file(Digest digest) {
        return layout.receipt(digest);
    }
}
