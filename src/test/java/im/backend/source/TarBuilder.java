package im.backend.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Writes tar byte by byte, so that tests can make archives that no honest writer makes. */
public final class TarBuilder {
    private static final int BLOCK = 512;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public static byte[] of(String... pathsAndTexts) {
        TarBuilder tar = new TarBuilder();
        for (int at = 0; at < pathsAndTexts.length; at += 2) {
            tar.file(pathsAndTexts[at], pathsAndTexts[at + 1]);
        }
        return tar.gzip();
    }

    public TarBuilder file(String path, String text) {
        return entry(path, '0', 0644, text.getBytes(StandardCharsets.UTF_8));
    }

    public TarBuilder executable(String path, String text) {
        return entry(path, '0', 0755, text.getBytes(StandardCharsets.UTF_8));
    }

    public TarBuilder folder(String path) {
        return entry(path, '5', 0755, new byte[0]);
    }

    public TarBuilder link(String path, char type, String target) {
        byte[] header = header(path, type, 0777, 0);
        put(header, 157, target.getBytes(StandardCharsets.UTF_8));
        return raw(sealed(header));
    }

    /** A pax header with one record, for the entry that is added next. */
    public TarBuilder pax(char type, String key, String value) {
        return entry("PaxHeader", type, 0644, record(key, value));
    }

    public TarBuilder entry(String path, char type, int mode, byte[] content) {
        raw(sealed(header(path, type, mode, content.length)));
        raw(content);
        return raw(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    /** An entry that claims a size and has no content. */
    public TarBuilder claim(String path, long size) {
        return raw(sealed(header(path, '0', 0644, size)));
    }

    /** An entry whose size is in GNU's binary form, all bytes of it the same. */
    public TarBuilder binarySize(String path, byte value) {
        byte[] header = header(path, '0', 0644, 0);
        Arrays.fill(header, 124, 136, value);
        return raw(sealed(header));
    }

    public TarBuilder damagedHeader(String path) {
        byte[] header = sealed(header(path, '0', 0644, 0));
        header[0] ^= 1;
        return raw(header);
    }

    public TarBuilder end() {
        return raw(new byte[2 * BLOCK]);
    }

    public TarBuilder raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** With the end marker. */
    public byte[] gzip() {
        end();
        return gzip(out.toByteArray());
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] tar) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static byte[] record(String key, String value) {
        byte[] rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
        int length = rest.length + 1;
        while (String.valueOf(length).length() + rest.length != length) {
            length++;
        }
        return (length + new String(rest, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] header(String path, char type, int mode, long size) {
        byte[] header = new byte[BLOCK];
        put(header, 0, Arrays.copyOf(path.getBytes(StandardCharsets.UTF_8), 100));
        put(header, 100, "%07o\0".formatted(mode).getBytes(StandardCharsets.US_ASCII));
        put(header, 124, "%011o\0".formatted(size).getBytes(StandardCharsets.US_ASCII));
        header[156] = (byte) type;
        put(header, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
        return header;
    }

    private static byte[] sealed(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xFF;
        }
        put(header, 148, "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII));
        return header;
    }

    private static void put(byte[] header, int offset, byte[] value) {
        System.arraycopy(value, 0, header, offset, value.length);
    }
}
