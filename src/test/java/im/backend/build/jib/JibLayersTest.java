package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.build.BuiltImage;
import im.backend.build.ImageBuilder;
import im.backend.build.ImageBuilderKit;
import im.backend.build.ReleaseImage;
import im.backend.build.jib.app.AppParts;
import im.backend.domain.Digest;
import im.backend.domain.InMemorySourceTree;
import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How the files of an app become layers, and folders that it runs from. */
class JibLayersTest extends ImageBuilderKit {
    @AutoClose
    private final JibBuilders jib = new JibBuilders();

    @Override
    protected ImageBuilder newBuilder(Path in) {
        return jib.open(in, Clock.systemUTC());
    }

    @Test
    void dependenciesAreALayerThatAChangeOfTheAppDoesNotTouch() throws IOException {
        jib.sandbox.giveLayer("k1", dependencies(), "/app/.deps");
        build(TREE);

        BuiltImage second = build(TREE.with("main.py", "print('two')\n"));

        assertThat(second.layers()).extracting(BuiltImage.Layer::reused).containsExactly(true, false);
    }

    @Test
    void dependenciesAreMountedOnAPlaceThatIsThere() throws IOException {
        jib.sandbox.giveLayer("k1", dependencies(), "/app/.deps");

        ReleaseImage image = builder.open(build(TREE).digest());

        assertThat(image.mounts()).extracting(ReleaseImage.Mount::path).containsExactly("/app", "/app/.deps");
        assertThat(app(image).resolve(".deps")).isEmptyDirectory();
        Path mounted = image.mounts().get(1).folder();
        assertThat(mounted.resolve("bin/tool")).isExecutable();
        assertThat(Files.readSymbolicLink(mounted.resolve("bin/link"))).isEqualTo(Path.of("../lib/a.py"));
    }

    @Test
    void anUnchangedFileIsSharedWithTheLastRelease() throws IOException {
        Path first = app(builder.open(build(TREE).digest()));

        Path second =
                app(builder.open(build(TREE.with("main.py", "print('two')\n")).digest()));

        assertThat(inode(second.resolve("shop/data.txt"))).isEqualTo(inode(first.resolve("shop/data.txt")));
        assertThat(inode(second.resolve("main.py"))).isNotEqualTo(inode(first.resolve("main.py")));
        assertThat(first.resolve("main.py")).hasContent("print('one')\n");
    }

    @Test
    void aFileThatBecomesExecutableIsNotSharedWithTheOneThatIsNot() throws IOException {
        Path first = app(builder.open(build(TREE).digest()));

        Path second = app(builder.open(build(TREE.executable("main.py")).digest()));

        assertThat(Files.isExecutable(second.resolve("main.py"))).isTrue();
        assertThat(Files.isExecutable(first.resolve("main.py"))).isFalse();
    }

    @Test
    void filesOfAReleaseAreReadOnly() throws IOException {
        Path app = app(builder.open(build(TREE).digest()));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("main.py"))))
                .isEqualTo("r--r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("run.sh"))))
                .isEqualTo("r-xr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("shop"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void aFolderThatWasLostIsUnpackedAgain() throws IOException {
        jib.sandbox.giveLayer("k1", dependencies(), "/app/.deps");
        Digest digest = build(TREE).digest();
        new FileTree(images().resolve("layers")).delete();
        Files.createDirectory(images().resolve("layers"));

        ReleaseImage image = builder.open(digest);

        assertThat(app(image).resolve("main.py")).hasContent("print('one')\n");
        assertThat(app(image).resolve(".deps")).isEmptyDirectory();
        assertThat(image.mounts().get(1).folder().resolve("bin/link")).isSymbolicLink();
    }

    @Test
    void aFolderThatAPowerCutEmptiedIsUnpackedAgain() throws IOException {
        Digest digest = build(TREE).digest();
        Path app = app(builder.open(digest));
        Path seal = app.resolveSibling(app.getFileName() + ".sealed");
        Files.writeString(seal, Files.readString(seal).replaceFirst("\\S+", "another-boot"));
        Files.delete(app.resolve("main.py"));
        Files.createFile(app.resolve("main.py"));

        assertThat(app(builder.open(digest)).resolve("main.py")).hasContent("print('one')\n");
    }

    @Test
    void whatABuildMadeReplacesTheSource() throws IOException {
        Path built = Files.createDirectories(folder.resolve("built"));
        Files.writeString(built.resolve("out.js"), "made");
        Files.createSymbolicLink(built.resolve("latest.js"), Path.of("out.js"));
        jib.sandbox.giveApp("k", built);

        Path app = app(builder.open(build(TREE).digest()));

        assertThat(app.resolve("out.js")).hasContent("made");
        assertThat(app.resolve("latest.js")).isSymbolicLink();
        assertThat(app.resolve("main.py")).doesNotExist();
    }

    @Test
    void aLargeAppIsSpreadOverLayersSoThatAChangePacksOneOfThem() {
        InMemorySourceTree large = large(1_200);
        BuiltImage first = build(large);

        BuiltImage second = build(large.with("package7/module3.py", "changed = True\n"));

        assertThat(first.layers()).hasSize(16);
        assertThat(second.layers().stream().filter(layer -> !layer.reused())).hasSize(1);
    }

    @Test
    void aChangeOfTheCodeOfAnAppWithHeavyFilesPacksNoneOfThem() {
        InMemorySourceTree heavy = heavy(12);
        BuiltImage first = build(heavy);

        BuiltImage second = build(heavy.with("main.py", "print(2)\n"));

        assertThat(second.digest()).isNotEqualTo(first.digest());
        assertThat(second.layers().stream().filter(layer -> !layer.reused()))
                .singleElement()
                .satisfies(code -> assertThat(code.sizeBytes()).isLessThan(1024));
    }

    @Test
    void aChangeOfAHeavyFilePacksThePartThatItIsIn() {
        InMemorySourceTree heavy = heavy(64);
        BuiltImage first = build(heavy);

        BuiltImage second = build(heavy.with("model/1.bin", "other ".repeat(200_000)));

        assertThat(first.layers().size()).isBetween(4, AppParts.PARTS + 1);
        assertThat(second.layers().stream()
                        .filter(layer -> !layer.reused())
                        .mapToLong(BuiltImage.Layer::sizeBytes)
                        .sum())
                .isLessThan(first.layers().stream()
                                .mapToLong(BuiltImage.Layer::sizeBytes)
                                .sum()
                        / 4);
    }

    static InMemorySourceTree large(int files) {
        Map<String, byte[]> content = new TreeMap<>();
        content.put("main.py", "print(1)\n".getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < files; at++) {
            content.put(
                    "package" + at % 40 + "/module" + at / 40 + ".py",
                    ("value = " + at + "\n" + "# padding of a usual module\n".repeat(60))
                            .getBytes(StandardCharsets.UTF_8));
        }
        return InMemorySourceTree.ofBytes(content);
    }

    /** Code, and megabytes that do not get smaller by packing. */
    private static InMemorySourceTree heavy(int megabytes) {
        Random random = new Random(7);
        Map<String, byte[]> content = new TreeMap<>();
        content.put("main.py", "print(1)\n".getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < megabytes; at++) {
            byte[] bytes = new byte[1 << 20];
            random.nextBytes(bytes);
            content.put("model/" + at + ".bin", bytes);
        }
        return InMemorySourceTree.ofBytes(content);
    }

    private Path dependencies() throws IOException {
        Path made = folder.resolve("dependencies");
        Files.createDirectories(made.resolve("bin"));
        Files.createDirectories(made.resolve("lib"));
        Files.writeString(made.resolve("lib/a.py"), "a = 1\n");
        Files.writeString(made.resolve("bin/tool"), "#!/usr/bin/env python3\n");
        Files.setPosixFilePermissions(made.resolve("bin/tool"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.createSymbolicLink(made.resolve("bin/link"), Path.of("../lib/a.py"));
        return made;
    }

    private Path images() {
        return folder.resolve("images");
    }

    private List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.walk(images().resolve("registry/blobs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private byte[] bytes(Digest digest) throws IOException {
        return StoredImage.bytes(
                JibBuilders.registry(images(), Clock.systemUTC()).blobs(), digest);
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }
}
