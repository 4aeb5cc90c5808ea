package im.backend.build.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tars of an honest folder, and such as a hostile build may send back. */
class FolderTarTest {
    private static final FolderTar TAR = new FolderTar(100, 1 << 20);

    @TempDir
    Path folder;

    @Test
    void aFolderComesBackAsItWas() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/a/empty"))
                .getParent()
                .getParent();
        Files.writeString(source.resolve("a/läng " + "x".repeat(120)), "text");
        Path program = Files.writeString(source.resolve("run"), "#!");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(source.resolve("link"), Path.of("a/nowhere"));
        ByteArrayOutputStream sent = new ByteArrayOutputStream();

        FolderTar.write(source, sent);
        Path back = unpack(sent.toByteArray());

        assertThat(back.resolve("a/empty")).isDirectory();
        assertThat(back.resolve("a/läng " + "x".repeat(120))).hasContent("text");
        assertThat(back.resolve("run")).isExecutable();
        assertThat(Files.readSymbolicLink(back.resolve("link"))).isEqualTo(Path.of("a/nowhere"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "..", "a/.."})
    void aNameThatLeadsOutIsRefused(String name) throws IOException {
        byte[] tar = tar(archive -> file(archive, name));

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(IOException.class).hasMessageContaining("refused");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void anAbsoluteNameStaysInside() throws IOException {
        assertThat(unpack(tar(archive -> file(archive, "/etc/made"))).resolve("etc/made"))
                .isRegularFile();
    }

    @Test
    void aLinkOnTheWayIsNotFollowed() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        byte[] tar = tar(archive -> {
            link(archive, "way", outside.toString(), TarConstants.LF_SYMLINK);
            file(archive, "way/made");
        });

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(IOException.class).hasMessageContaining("way is no folder");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aFileIsNotWrittenThroughALinkOfItsName() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside"), "kept");
        byte[] tar = tar(archive -> {
            link(archive, "same", outside.toString(), TarConstants.LF_SYMLINK);
            file(archive, "same");
        });

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(IOException.class);
        assertThat(outside).hasContent("kept");
    }

    @Test
    void aSecondNameOfAFileOutsideIsRefused() throws IOException {
        byte[] tar = tar(archive -> link(archive, "shadow", "/etc/shadow", TarConstants.LF_LINK));

        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(IOException.class).hasMessageContaining("second name");
    }

    @Test
    void devicesAndPipesAreLeftOut() throws IOException {
        byte[] tar = tar(archive -> {
            link(archive, "pipe", "", TarConstants.LF_FIFO);
            link(archive, "disk", "", TarConstants.LF_BLK);
        });

        assertThat(unpack(tar)).isEmptyDirectory();
    }

    @Test
    void moreThanTheLimitIsRefused() throws IOException {
        byte[] many = tar(archive -> {
            for (int at = 0; at < 101; at++) {
                file(archive, "f" + at);
            }
        });
        FolderTar narrow = new FolderTar(100, 3);

        assertThatThrownBy(() -> unpack(many)).isInstanceOf(IOException.class).hasMessageContaining("100 files");
        assertThatThrownBy(() -> narrow.unpack(
                        new ByteArrayInputStream(tar(archive -> file(archive, "f"))),
                        Files.createDirectories(folder.resolve("narrow"))))
                .isInstanceOf(IOException.class);
    }

    @FunctionalInterface
    private interface Content {
        void write(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] tar(Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            content.write(tar);
        }
        return bytes.toByteArray();
    }

    private static void file(TarArchiveOutputStream tar, String name) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(4);
        tar.putArchiveEntry(entry);
        tar.write("text".getBytes());
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name, String target, byte type) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private Path unpack(byte[] tar) throws IOException {
        Path target = Files.createDirectories(folder.resolve("target"));
        TAR.unpack(new ByteArrayInputStream(tar), target);
        return target;
    }
}
