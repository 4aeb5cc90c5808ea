package im.backend.source;

import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads tar as POSIX (ustar, pax) and GNU write it, strictly: names are given as they stand, never mended, and whatever is
 * unclear is {@code bad-archive}. Own code because libraries strip leading slashes, which hides a hostile name, and keep
 * long names of any size in memory.
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int EXTENSION_BYTES_MAX = 64 << 10;

    enum Kind {
        FILE,
        FOLDER,
        SYMBOLIC_LINK,
        HARD_LINK,
        DEVICE,
        SPARSE_FILE,
        UNKNOWN
    }

    record Entry(Kind kind, String path, long sizeBytes, boolean executable) {}

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final Content content = new Content();
    private long contentLeft;
    private int paddingLeft;

    TarReader(InputStream in) {
        this.in = in;
    }

    /** Empty at the end, after the whole stream was read: only then the checksum of the gzip around it is known. */
    Optional<Entry> next() {
        skipContent();
        PaxRecords extension = PaxRecords.NONE;
        while (readBlock()) {
            if (isZero(block)) {
                skipZeros();
                return Optional.empty();
            }
            checkSum();
            long size = TarNumber.parse(block, 124, 12);
            switch (block[156]) {
                case 'x' -> extension = extension.with(PaxRecords.parse(readExtension(size)));
                case 'g' -> refuseGlobalNames(PaxRecords.parse(readExtension(size)));
                case 'L' -> extension = extension.withPath(text(upToZero(readExtension(size))));
                case 'K' -> readExtension(size);
                default -> {
                    return Optional.of(entry(extension, size));
                }
            }
        }
        return Optional.empty();
    }

    /** Content of the last entry; {@link #next} skips what was not read. Its failures are problems, never IOException. */
    InputStream content() {
        return content;
    }

    private Entry entry(PaxRecords extension, long headerSize) {
        String path = extension.path().orElseGet(this::headerPath);
        long size = extension.sizeBytes().orElse(headerSize);
        contentLeft = size;
        paddingLeft = padding(size);
        boolean executable = (TarNumber.parse(block, 100, 8) & 0100) != 0;
        return new Entry(extension.sparse() ? Kind.SPARSE_FILE : kind(path), path, size, executable);
    }

    private Kind kind(String path) {
        return switch (block[156]) {
            // Before POSIX a folder was a file whose name ends with a slash.
            case 0 -> path.endsWith("/") ? Kind.FOLDER : Kind.FILE;
            case '0', '7' -> Kind.FILE;
            case '1' -> Kind.HARD_LINK;
            case '2' -> Kind.SYMBOLIC_LINK;
            case '3', '4', '6' -> Kind.DEVICE;
            case '5' -> Kind.FOLDER;
            case 'S' -> Kind.SPARSE_FILE;
            default -> Kind.UNKNOWN;
        };
    }

    private String headerPath() {
        String name = text(upToZero(Arrays.copyOfRange(block, 0, 100)));
        boolean posix = new String(block, 257, 6, StandardCharsets.ISO_8859_1).equals("ustar\0");
        String prefix = posix ? text(upToZero(Arrays.copyOfRange(block, 345, 500))) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static void refuseGlobalNames(PaxRecords global) {
        if (global.path().isPresent() || global.sizeBytes().isPresent() || global.sparse()) {
            throw bad("a global header names a path or size for all files", null);
        }
    }

    private byte[] readExtension(long size) {
        if (size > EXTENSION_BYTES_MAX) {
            throw bad("a name or header of " + size + " bytes (expected: at most " + EXTENSION_BYTES_MAX + ")", null);
        }
        byte[] bytes = new byte[(int) size];
        readFully(bytes);
        skipExactly(padding(size));
        return bytes;
    }

    private void skipContent() {
        skipExactly(contentLeft);
        contentLeft = 0;
        skipExactly(paddingLeft);
        paddingLeft = 0;
    }

    /** False when the stream ends between two blocks: some writers leave the closing zero blocks out. */
    private boolean readBlock() {
        int count = readUpTo(block);
        if (count == 0) {
            return false;
        }
        if (count < BLOCK) {
            throw cutOff(null);
        }
        return true;
    }

    private void skipZeros() {
        byte[] rest = new byte[8 << 10];
        for (int count = readUpTo(rest); count > 0; count = readUpTo(rest)) {
            if (!isZero(Arrays.copyOf(rest, count))) {
                throw bad("there is data after its end, as when two archives are joined", null);
            }
        }
    }

    private void skipExactly(long count) {
        try {
            in.skipNBytes(count);
        } catch (IOException e) {
            throw cutOff(e);
        }
    }

    private void readFully(byte[] target) {
        if (readUpTo(target) < target.length) {
            throw cutOff(null);
        }
    }

    private int readUpTo(byte[] target) {
        try {
            return in.readNBytes(target, 0, target.length);
        } catch (IOException e) {
            throw cutOff(e);
        }
    }

    private void checkSum() {
        int unsigned = 0;
        int signed = 0;
        for (int at = 0; at < BLOCK; at++) {
            byte counted = at >= 148 && at < 156 ? (byte) ' ' : block[at];
            unsigned += counted & 0xFF;
            signed += counted;
        }
        long stated = TarNumber.parse(block, 148, 8);
        // Old writers summed signed bytes; both are in use.
        if (stated != unsigned && stated != signed) {
            throw bad("the checksum of a header is wrong", null);
        }
    }

    private static int padding(long size) {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private static boolean isZero(byte[] bytes) {
        for (byte value : bytes) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] upToZero(byte[] field) {
        int length = 0;
        while (length < field.length && field[length] != 0) {
            length++;
        }
        return Arrays.copyOf(field, length);
    }

    static String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            String shown = Quoted.of(new String(utf8, StandardCharsets.ISO_8859_1));
            throw new Problem.Invalid(
                            "unsafe-path",
                            "file: " + shown + " has a name that is not UTF-8. Rename it or leave it out.")
                    .asException(e);
        }
    }

    private static ProblemException cutOff(@Nullable IOException cause) {
        return bad("it is cut off or damaged", cause);
    }

    static ProblemException bad(String reason, @Nullable Throwable cause) {
        Problem problem = new Problem.Invalid(
                "bad-archive",
                "The source archive can not be read: " + reason
                        + " (expected: a gzipped tar). Make it again, as with: tar -czf source.tar.gz .");
        return cause == null ? problem.asException() : problem.asException(cause);
    }

    private final class Content extends InputStream {
        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (contentLeft == 0) {
                return -1;
            }
            try {
                int count = in.read(buffer, offset, (int) Math.min(length, contentLeft));
                if (count < 0) {
                    throw cutOff(null);
                }
                contentLeft -= count;
                return count;
            } catch (IOException e) {
                throw cutOff(e);
            }
        }
    }
}
