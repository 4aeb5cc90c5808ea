package im.backend.build.inventory;

import im.backend.sbom.PackageUrl;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The modules that the Go linker has written into a program, and the standard library by its version. The place is found
 * by its mark and not by the sections of the file, so no file format has to be read (Go's debug/buildinfo, since 1.18).
 */
public final class GoBinary implements Inventory {
    private static final byte[] MARK = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    private static final int ALIGNMENT = 16;
    private static final int HEADER_BYTES = 32;
    private static final int FLAGS_AT = 15;
    /** The strings follow the header. Programs of Go before 1.18 have pointers instead. */
    private static final int STRINGS_INLINE = 2;
    /** The module list stands between two marks that programs of old Go versions look for. */
    private static final int FENCE_BYTES = 16;

    private static final int TEXT_BYTES_MAX = 4 << 20;
    private static final long FILE_BYTES_MAX = 1L << 30;

    private final String program;

    /** @param program path below the folder */
    public GoBinary(String program) {
        this.program = program;
    }

    @Override
    public List<PackageUrl> read(Path folder) throws IOException {
        Path file = folder.resolve(program);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > FILE_BYTES_MAX) {
            return List.of();
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)
                    .asByteBuffer());
        }
    }

    private static List<PackageUrl> read(ByteBuffer bytes) {
        for (int at = 0; at + HEADER_BYTES < bytes.limit(); at += ALIGNMENT) {
            if (bytes.get(at) == MARK[0]
                    && bytes.get(at + 1) == MARK[1]
                    && bytes.slice(at, MARK.length).equals(ByteBuffer.wrap(MARK))) {
                if ((bytes.get(at + FLAGS_AT) & STRINGS_INLINE) == 0) {
                    return List.of();
                }
                ByteBuffer texts = bytes.slice(at + HEADER_BYTES, bytes.limit() - at - HEADER_BYTES);
                String version = text(texts);
                return packages(version, text(texts));
            }
        }
        return List.of();
    }

    /** A text with its length before it, as a variable-length number; empty when it can not be one. */
    private static String text(ByteBuffer in) {
        long length = 0;
        for (int shift = 0; shift < Integer.SIZE && in.hasRemaining(); shift += 7) {
            byte next = in.get();
            length |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                break;
            }
        }
        if (length > TEXT_BYTES_MAX || length > in.remaining()) {
            return "";
        }
        byte[] text = new byte[(int) length];
        in.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static List<PackageUrl> packages(String version, String fenced) {
        List<PackageUrl> found = new ArrayList<>();
        if (version.startsWith("go")) {
            Found.of(PackageUrl::go, "stdlib", version.substring(2).split(" ", 2)[0])
                    .ifPresent(found::add);
        }
        if (fenced.length() < 2 * FENCE_BYTES) {
            return found;
        }
        String[] before = {};
        for (String line :
                fenced.substring(FENCE_BYTES, fenced.length() - FENCE_BYTES).split("\n")) {
            String[] words = line.split("\t", -1);
            // "=>" replaces the module of the line before it.
            if (before.length > 2 && before[0].equals("dep") && !words[0].equals("=>")) {
                Found.of(PackageUrl::go, before[1], before[2]).ifPresent(found::add);
            }
            before = words[0].equals("=>") ? replacement(words) : words;
        }
        if (before.length > 2 && before[0].equals("dep")) {
            Found.of(PackageUrl::go, before[1], before[2]).ifPresent(found::add);
        }
        return found;
    }

    /** A folder in place of a module has no version, and is the app's own code. */
    private static String[] replacement(String[] words) {
        return words.length > 2 && !words[2].isEmpty() ? new String[] {"dep", words[1], words[2]} : new String[] {};
    }
}
