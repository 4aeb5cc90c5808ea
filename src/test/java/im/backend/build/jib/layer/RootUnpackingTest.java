package im.backend.build.jib.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootUnpackingTest {
    @TempDir
    Path folder;

    private Path root;
    private RootUnpacking unpacking;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(folder.resolve("outside"), "untouched");
        unpacking = new RootUnpacking(root, 1 << 20);
    }

    @Test
    void laterLayersWinAndWhiteoutsRemove() throws IOException {
        unpack(new Tar().file("etc/a", "1").file("etc/b", "1").file("etc/d/x", "1"));
        unpack(new Tar()
                .file("etc/a", "2")
                .file("etc/.wh.b", "")
                .file("etc/.wh.d", "")
                .file("etc/.wh.none", ""));

        assertThat(root.resolve("etc/a")).hasContent("2");
        assertThat(root.resolve("etc/b")).doesNotExist();
        assertThat(root.resolve("etc/d")).doesNotExist();
        assertThat(root.resolve("etc/.wh.b")).doesNotExist();
    }

    @Test
    void anOpaqueFolderHidesWhatIsBelowItButNotItsOwnLayer() throws IOException {
        unpack(new Tar().file("app/old", "1").file("app/sub/old", "1").file("other", "1"));
        unpack(new Tar()
                .folder("app/")
                .folder("app/sub/")
                .file("app/sub/new", "2")
                .file("app/.wh..wh..opq", "")
                .file("app/new", "2"));

        assertThat(root.resolve("app/old")).doesNotExist();
        assertThat(root.resolve("app/sub/old")).doesNotExist();
        assertThat(root.resolve("app/sub/new")).hasContent("2");
        assertThat(root.resolve("app/new")).hasContent("2");
        assertThat(root.resolve("other")).hasContent("1");
    }

    @Test
    void aFileMayBecomeAFolderAndAFolderAFile() throws IOException {
        unpack(new Tar().file("a", "1").file("b/c", "1"));
        unpack(new Tar().file("a/c", "2").file("b", "2"));

        assertThat(root.resolve("a/c")).hasContent("2");
        assertThat(root.resolve("b")).hasContent("2");
    }

    @Test
    void linksInsideTheImageLeadInside() throws IOException {
        unpack(new Tar()
                .folder("usr/lib")
                .link("lib", "usr/lib")
                .link("lib64", "/usr/lib")
                .link("up", "../../../usr"));
        unpack(new Tar().file("lib/a", "1").file("lib64/b", "2").file("up/lib/c", "3"));

        assertThat(root.resolve("usr/lib/a")).hasContent("1");
        assertThat(root.resolve("usr/lib/b")).hasContent("2");
        assertThat(root.resolve("usr/lib/c")).hasContent("3");
        assertThat(root.resolve("lib")).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../outside", "/../outside", "a/../../outside", "../../../../../outside", "/outside", "./outside"
            })
    void noNameLeadsOutside(String name) throws IOException {
        unpack(new Tar().file(name, "of the image"));

        assertThat(root.resolve("outside")).hasContent("of the image");
        assertThat(folder.resolve("outside")).hasContent("untouched");
    }

    @Test
    void aLinkToTheHostIsNeverFollowed() throws IOException {
        unpack(new Tar()
                .link("door", folder.toString())
                .link("file", folder.resolve("outside").toString()));
        unpack(new Tar()
                .file("door/outside", "of the image")
                .file("file", "of the image")
                .file("door/.wh.outside", ""));

        assertThat(folder.resolve("outside")).hasContent("untouched");
        assertThat(root.resolve(folder.toString().substring(1)).resolve("outside"))
                .hasContent("of the image");
        assertThat(root.resolve("file")).isRegularFile().hasContent("of the image");
    }

    @Test
    void aWhiteoutThroughALinkRemovesNothingOutside() throws IOException {
        unpack(new Tar().link("door", folder.toString()));
        unpack(new Tar().file("door/.wh.outside", "").file("door/.wh..wh..opq", ""));

        assertThat(folder.resolve("outside")).hasContent("untouched");
    }

    @Test
    void aSecondNameIsOfAFileOfTheImageOnly() throws IOException {
        unpack(new Tar().file("a", "1").second("b", "a").second("c", "/a"));

        assertThat(root.resolve("b")).hasContent("1");
        assertThat(root.resolve("c")).hasContent("1");
        assertThatThrownBy(() -> unpack(new Tar().second("d", "../outside")))
                .hasMessageContaining("no file of the image");
        assertThatThrownBy(() -> unpack(new Tar()
                        .link("e", folder.resolve("outside").toString())
                        .second("f", "e")))
                .hasMessageContaining("no file of the image");
    }

    @Test
    void devicesPipesAndSetuidBitsAreLeftOut() throws IOException {
        unpack(new Tar()
                .special("dev/sda", TarConstants.LF_BLK)
                .special("dev/null", TarConstants.LF_CHR)
                .special("pipe", TarConstants.LF_FIFO)
                .program("bin/su", 04755));

        assertThat(root.resolve("dev/sda")).doesNotExist();
        assertThat(root.resolve("pipe")).doesNotExist();
        assertThat((int) Files.getAttribute(root.resolve("bin/su"), "unix:mode") & 07000)
                .isZero();
        assertThat(root.resolve("bin/su").toFile().canExecute()).isTrue();
    }

    @Test
    void linksInACircleAreRefused() throws IOException {
        unpack(new Tar().link("a", "b").link("b", "a"));

        assertThatThrownBy(() -> unpack(new Tar().file("a/x", "1"))).hasMessageContaining("circle");
    }

    @Test
    void anImageThatIsTooLargeIsRefusedBeforeItFillsTheDisk() {
        assertThatThrownBy(() -> unpack(new Tar().file("a", "x".repeat(700_000)).file("b", "x".repeat(700_000))))
                .hasMessageContaining("larger than");
    }

    @Test
    void mountPointsTakeThePlaceOfLinks() throws IOException {
        unpack(new Tar().link("tmp", folder.toString()).link("var", "/usr").link("etc/hosts", "/outside"));

        unpacking.makeFolder("/tmp");
        unpacking.makeFolder("/var/lib/data");
        unpacking.makeFile("/etc/hosts");

        assertThat(Files.isDirectory(root.resolve("tmp"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(Files.isDirectory(root.resolve("var/lib/data"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(Files.isRegularFile(root.resolve("etc/hosts"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }

    @Test
    void aLayerThatIsNotPackedIsReadToo() throws IOException {
        unpacking.unpack(new ByteArrayInputStream(new Tar().file("a", "1").bytes()));

        assertThat(root.resolve("a")).hasContent("1");
    }

    private void unpack(Tar tar) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar.bytes());
        }
        unpacking.unpack(new ByteArrayInputStream(packed.toByteArray()));
    }

    /** A tar in which nothing is checked. */
    private static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

        Tar() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        Tar file(String name, String text) throws IOException {
            return put(name, 0644, text);
        }

        Tar program(String name, int mode) throws IOException {
            return put(name, mode, "#!");
        }

        private Tar put(String name, int mode, String text) throws IOException {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setMode(mode);
            entry.setSize(content.length);
            out.putArchiveEntry(entry);
            out.write(content);
            out.closeArchiveEntry();
            return this;
        }

        Tar folder(String name) throws IOException {
            return bare(new TarArchiveEntry(name.endsWith("/") ? name : name + "/", true));
        }

        Tar link(String name, String target) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(target);
            return bare(entry);
        }

        Tar second(String name, String target) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK);
            entry.setLinkName(target);
            return bare(entry);
        }

        Tar special(String name, byte kind) throws IOException {
            return bare(new TarArchiveEntry(name, kind));
        }

        private Tar bare(TarArchiveEntry entry) throws IOException {
            out.putArchiveEntry(entry);
            out.closeArchiveEntry();
            return this;
        }

        byte[] bytes() throws IOException {
            out.finish();
            return bytes.toByteArray();
        }
    }
}
