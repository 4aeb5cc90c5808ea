package im.backend.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/** Archives that a server must refuse, each with the slug and a part of the message that says why or how to mend it. */
public enum HostileArchive {
    ABSOLUTE_PATH("unsafe-path", "absolute", () -> TarBuilder.of("/etc/cron.d/x", "x")),
    ABSOLUTE_PATH_IN_PAX(
            "unsafe-path",
            "absolute",
            () -> new TarBuilder().pax('x', "path", "/etc/x").file("x", "x").gzip()),
    ABSOLUTE_PATH_IN_GNU_LONG_NAME(
            "unsafe-path",
            "absolute",
            () -> new TarBuilder()
                    .entry("././@LongLink", 'L', 0, "/etc/passwd\0".getBytes(UTF_8))
                    .file("x", "x")
                    .gzip()),
    DRIVE_PATH("unsafe-path", "absolute", () -> TarBuilder.of("C:/windows/x", "x")),
    PARENT_PATH("unsafe-path", "..", () -> TarBuilder.of("../x", "x")),
    PARENT_IN_THE_MIDDLE("unsafe-path", "..", () -> TarBuilder.of("a/../../x", "x")),
    PARENT_FOLDER(
            "unsafe-path",
            "..",
            () -> new TarBuilder().folder("a/../..").file("x", "x").gzip()),
    BACKSLASH("unsafe-path", "backslash", () -> TarBuilder.of("..\\x", "x")),
    CONTROL_CHARACTER("unsafe-path", "control", () -> TarBuilder.of("a\rb", "x")),
    NUL_IN_PAX_PATH(
            "unsafe-path",
            "control",
            () -> new TarBuilder().pax('x', "path", "a\0b").file("x", "x").gzip()),
    NAME_NOT_UTF_8("unsafe-path", "UTF-8", HostileArchive::nameNotUtf8),
    PATH_TOO_LONG(
            "unsafe-path",
            "longer",
            () -> new TarBuilder()
                    .pax('x', "path", "a/".repeat(30) + "b".repeat(1000))
                    .file("x", "x")
                    .gzip()),
    PATH_TOO_DEEP(
            "unsafe-path",
            "deeper",
            () -> new TarBuilder().file("a/".repeat(40) + "b", "x").gzip()),
    SYMBOLIC_LINK(
            "unsafe-archive",
            "symbolic link",
            () -> new TarBuilder()
                    .link("out", '2', "/etc")
                    .file("out/passwd", "x")
                    .gzip()),
    HARD_LINK(
            "unsafe-archive",
            "hard link",
            () -> new TarBuilder().file("a", "x").link("b", '1', "a").gzip()),
    DEVICE(
            "unsafe-archive",
            "device",
            () -> new TarBuilder().link("null", '3', "").gzip()),
    PIPE(
            "unsafe-archive",
            "device",
            () -> new TarBuilder().link("pipe", '6', "").gzip()),
    GNU_SPARSE(
            "unsafe-archive",
            "sparse",
            () -> new TarBuilder().entry("disk.img", 'S', 0644, new byte[512]).gzip()),
    PAX_SPARSE(
            "unsafe-archive",
            "sparse",
            () -> new TarBuilder()
                    .pax('x', "GNU.sparse.size", "1099511627776")
                    .file("disk.img", "x")
                    .gzip()),
    UNKNOWN_TYPE(
            "unsafe-archive",
            "unknown",
            () -> new TarBuilder().link("odd", 'Z', "").gzip()),
    SAME_FILE_TWICE("path-conflict", "twice", () -> TarBuilder.of("a.txt", "1", "a.txt", "2")),
    CASE_TWINS("path-conflict", "case", () -> TarBuilder.of("Readme.md", "1", "README.md", "2")),
    CASE_TWINS_OF_FOLDERS("path-conflict", "case", () -> TarBuilder.of("src/a", "1", "Src/b", "2")),
    ACCENT_TWINS("path-conflict", "accents", () -> TarBuilder.of("caf\u00e9.txt", "1", "cafe\u0301.txt", "2")),
    FILE_AND_FOLDER("path-conflict", "file and a folder", () -> TarBuilder.of("a", "1", "a/b", "2")),
    FOLDER_AND_FILE("path-conflict", "file and a folder", () -> TarBuilder.of("a/b", "1", "a", "2")),
    GIT_CONFIG("reserved-path", ".git", () -> TarBuilder.of("a", "1", ".git/config", "[core]")),
    GIT_IN_CAPITALS("reserved-path", ".git", () -> TarBuilder.of("sub/.GIT/hooks/post-update", "x")),
    GIT_ON_WINDOWS("reserved-path", ".git", () -> TarBuilder.of("git~1/config", "x")),
    GIT_WITH_DOTS("reserved-path", ".git", () -> TarBuilder.of(".git. ./config", "x")),
    GIT_STREAM("reserved-path", ".git", () -> TarBuilder.of(".git::$INDEX_ALLOCATION/config", "x")),
    GIT_ON_MAC("reserved-path", ".git", () -> TarBuilder.of(".g\u200cit/config", "x")),
    HUGE_CLAIM(
            "archive-too-large",
            "volume",
            () -> TarBuilder.gzip(new TarBuilder().claim("x", 7_000_000_000L).bytes())),
    ZERO_BOMB("archive-too-large", "times the packed size", HostileArchive::bomb),
    TOO_MANY_FILES("too-many-files", "node_modules", HostileArchive::manyFiles),
    TOO_MANY_FOLDERS("too-many-files", "node_modules", HostileArchive::manyFolders),
    PLAIN_TEXT("bad-archive", "tar -czf", () -> "hello".getBytes(UTF_8)),
    NOTHING("bad-archive", "tar -czf", () -> new byte[0]),
    TAR_WITHOUT_GZIP(
            "bad-archive", "gzip", () -> new TarBuilder().file("a", "x").end().bytes()),
    GZIP_OF_TEXT("bad-archive", "tar", () -> TarBuilder.gzip("hello".getBytes(UTF_8))),
    CUT_OFF("bad-archive", "cut off", () -> Arrays.copyOf(noise(), 5000)),
    BAD_GZIP_CHECKSUM("bad-archive", "damaged", HostileArchive::badChecksum),
    BAD_HEADER_CHECKSUM(
            "bad-archive", "checksum", () -> new TarBuilder().damagedHeader("a").gzip()),
    ENDS_IN_A_FILE(
            "bad-archive",
            "cut off",
            () -> TarBuilder.gzip(
                    new TarBuilder().claim("a", 1000).raw(new byte[10]).bytes())),
    JOINED_TWICE(
            "bad-archive",
            "after its end",
            () -> new TarBuilder().file("a", "x").end().file("b", "y").gzip()),
    NEGATIVE_SIZE(
            "bad-archive",
            "out of range",
            () -> new TarBuilder().binarySize("a", (byte) 0xFF).gzip()),
    PAX_SIZE_OVERFLOW(
            "bad-archive",
            "too long",
            () -> new TarBuilder()
                    .pax('x', "size", "9".repeat(40))
                    .file("a", "x")
                    .gzip()),
    PAX_RECORD_BROKEN(
            "bad-archive",
            "pax",
            () -> new TarBuilder()
                    .entry("PaxHeader", 'x', 0, "999 path=a\n".getBytes(UTF_8))
                    .file("a", "x")
                    .gzip()),
    PAX_HEADER_HUGE(
            "bad-archive",
            "at most",
            () -> new TarBuilder()
                    .entry("PaxHeader", 'x', 0, new byte[1 << 20])
                    .file("a", "x")
                    .gzip()),
    GLOBAL_PATH(
            "bad-archive",
            "global",
            () -> new TarBuilder().pax('g', "path", "a").file("b", "x").gzip()),
    NO_FILES("empty-source", "at least one", () -> new TarBuilder().folder("a").gzip());

    private final String slug;
    private final String reason;
    private final Supplier<byte[]> bytes;

    HostileArchive(String slug, String reason, Supplier<byte[]> bytes) {
        this.slug = slug;
        this.reason = reason;
        this.bytes = bytes;
    }

    public String slug() {
        return slug;
    }

    public String reason() {
        return reason;
    }

    public byte[] bytes() {
        return bytes.get();
    }

    private static byte[] nameNotUtf8() {
        byte[] name = {'a', (byte) 0xC3, (byte) 0x28, 'b'};
        return new TarBuilder()
                .entry("././@LongLink", 'L', 0, name)
                .file("x", "x")
                .gzip();
    }

    private static byte[] noise() {
        byte[] content = new byte[20_000];
        new Random(1).nextBytes(content);
        return new TarBuilder().entry("a", '0', 0644, content).gzip();
    }

    private static byte[] badChecksum() {
        byte[] archive = TarBuilder.of("a.txt", "hello");
        archive[archive.length - 8] ^= 1;
        return archive;
    }

    /** 90 MB of zeros in 90 KB. */
    private static byte[] bomb() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new TarBuilder().claim("zeros.bin", 90 << 20).bytes());
            byte[] zeros = new byte[1 << 20];
            for (int mebibyte = 0; mebibyte < 90; mebibyte++) {
                gzip.write(zeros);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static byte[] manyFiles() {
        TarBuilder tar = new TarBuilder();
        for (int file = 0; file <= 20_000; file++) {
            tar.file("f" + file, "");
        }
        return tar.gzip();
    }

    private static byte[] manyFolders() {
        TarBuilder tar = new TarBuilder().file("a", "x");
        for (int folder = 0; folder <= 20_000; folder++) {
            tar.folder("d" + folder);
        }
        return tar.gzip();
    }
}
