package im.backend.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.SourceTree;
import im.backend.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UploadReaderTest {
    private final UploadReader reader = new UploadReader(SourceLimits.DEFAULT);

    private static final class Kept implements TreeSink {
        private final Map<String, String> contents = new TreeMap<>();
        private final Map<String, Boolean> executables = new TreeMap<>();

        @Override
        public void put(String path, boolean executable, long sizeBytes, InputStream content) throws IOException {
            byte[] bytes = content.readAllBytes();
            assertThat(bytes).hasSize((int) sizeBytes);
            contents.put(path, new String(bytes, UTF_8));
            executables.put(path, executable);
        }

        @Override
        public void keep(SourceTree.Entry entry) {
            throw new AssertionError("no edit");
        }
    }

    /** Takes files without keeping them, as a store does. */
    private static final class Drain implements TreeSink {
        @Override
        public void put(String path, boolean executable, long sizeBytes, InputStream content) throws IOException {
            content.transferTo(OutputStream.nullOutputStream());
        }

        @Override
        public void keep(SourceTree.Entry entry) {
            throw new AssertionError("no edit");
        }
    }

    private Kept read(byte[] tarGz, SourceUpload.File... overlay) throws IOException {
        Kept files = new Kept();
        reader.read(new SourceUpload.Archive(new ByteArrayInputStream(tarGz), List.of(overlay)), List.of(), files);
        return files;
    }

    private static void refuse(UploadReader reader, byte[] tarGz, String slug, String reason) {
        assertThatThrownBy(() -> reader.read(
                        new SourceUpload.Archive(new ByteArrayInputStream(tarGz), List.of()), List.of(), new Drain()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.problem().slug()).isEqualTo(slug))
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @EnumSource
    void aHostileArchiveIsRefusedWithAReason(HostileArchive archive) {
        refuse(reader, archive.bytes(), archive.slug(), archive.reason());
    }

    @Test
    void aBombIsRefusedAfterItsFirstMegabytes() {
        byte[] bomb = HostileArchive.ZERO_BOMB.bytes();
        long begin = System.nanoTime();

        refuse(reader, bomb, "archive-too-large", "packed size");

        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void eachLimitIsNamed() {
        SourceLimits tight =
                new SourceLimits(300, 4000, 100, 10 << 20, 20, 1024, 255, 32, 2000, Duration.ofSeconds(60));
        byte[] noise = new byte[1500];
        new Random(1).nextBytes(noise);
        UploadReader narrow = new UploadReader(tight);

        refuse(narrow, new TarBuilder().entry("a", '0', 0, noise).gzip(), "archive-too-large", "packed size");
        refuse(narrow, TarBuilder.of("a", "x".repeat(1900), "b", "x".repeat(1900)), "archive-too-large", "unpacked");
        refuse(narrow, TarBuilder.of("a", "x".repeat(2001)), "archive-too-large", "\"a\" of 2001 bytes");
    }

    @Test
    void unpackingThatTakesTooLongIsEnded() {
        SourceLimits hurried =
                new SourceLimits(1 << 20, 1 << 20, 100, 10 << 20, 20, 1024, 255, 32, 1 << 20, Duration.ZERO);

        refuse(new UploadReader(hurried), TarBuilder.of("a", "x"), "archive-too-large", "time to unpack");
    }

    @Test
    void anArchiveInSeveralGzipMembersIsReadWhole() throws IOException {
        byte[] tar =
                new TarBuilder().file("a", "1".repeat(600)).file("b", "2").end().bytes();
        byte[] first = TarBuilder.gzip(Arrays.copyOf(tar, 700));
        byte[] second = TarBuilder.gzip(Arrays.copyOfRange(tar, 700, tar.length));
        InputStream slow = new SequenceInputStream(new ByteArrayInputStream(first), new ByteArrayInputStream(second)) {
            @Override
            public int available() {
                return 0;
            }
        };
        Kept files = new Kept();

        reader.read(new SourceUpload.Archive(slow, List.of()), List.of(), files);

        assertThat(files.contents).containsOnlyKeys("a", "b");
    }

    @Test
    void anArchiveWithoutEndMarkerIsRead() throws IOException {
        assertThat(read(TarBuilder.gzip(new TarBuilder().file("a", "1").bytes())).contents)
                .containsOnlyKeys("a");
    }

    @Test
    void anOverlayTakesTheArchivesPlaceAndKeepsTheRules() throws IOException {
        SourceUpload.File overlay = new SourceUpload.File("backend.yml", "new".getBytes(UTF_8), false);

        assertThat(read(TarBuilder.of("backend.yml", "old", "a", "1"), overlay).contents)
                .containsExactly(Map.entry("a", "1"), Map.entry("backend.yml", "new"));
        assertThatThrownBy(() -> read(TarBuilder.of("Backend.yml", "old"), overlay))
                .hasMessageContaining("path-conflict");
        assertThatThrownBy(() -> read(TarBuilder.of("backend.yml", "1", "backend.yml", "2"), overlay))
                .hasMessageContaining("path-conflict");
    }

    @Test
    void namesThatOnlyLookOddAreKept() throws IOException {
        assertThat(read(TarBuilder.of(
                                ".gitignore", "",
                                ".github/x", "",
                                "a b/c&d;e.txt", "",
                                "..data/x", "",
                                "-rf", "",
                                "日本/ü.txt", "",
                                "digit~1", ""))
                        .contents)
                .containsOnlyKeys(".gitignore", ".github/x", "a b/c&d;e.txt", "..data/x", "-rf", "日本/ü.txt", "digit~1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v7", "oldgnu", "gnu", "ustar", "posix"})
    void whatTheTarProgramWritesIsRead(String format, @TempDir Path folder) throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        String shortName = "dir/" + "n".repeat(60) + ".txt";
        String longName = "dir/" + "n".repeat(140) + ".txt";
        boolean longNames = !format.equals("v7") && !format.equals("ustar");
        Files.createDirectories(source.resolve("dir/empty"));
        Files.writeString(source.resolve(shortName), "short");
        if (longNames) {
            Files.writeString(source.resolve(longName), "long");
        }
        Files.writeString(source.resolve("run.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(source.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path archive = folder.resolve("a.tar.gz");

        Process tar = new ProcessBuilder(
                        "tar", "--format=" + format, "-C", source.toString(), "-czf", archive.toString(), ".")
                .inheritIO()
                .start();
        assertThat(tar.waitFor(20, TimeUnit.SECONDS)).isTrue();
        Kept files = read(Files.readAllBytes(archive));

        assertThat(files.contents).hasSize(longNames ? 3 : 2).containsEntry(shortName, "short");
        assertThat(files.contents.getOrDefault(longName, "long")).isEqualTo("long");
        assertThat(files.executables).containsEntry("run.sh", true).containsEntry(shortName, false);
    }
}
