package im.backend.archive;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.archive.SourceFolder.SourceFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceFolderTest {
    private static final List<String> FILES = List.of(
            "a.txt",
            "b.log",
            "#c",
            "!d",
            "trail ",
            "x/a.txt",
            "x/b.log",
            "x/y/a.txt",
            "x/y/z/deep.log",
            "build/out.js",
            "src/build/out.js",
            "src/main.py",
            "docs/a.md",
            "docs/b/a.md",
            "docs/b/c/a.md",
            "foo",
            "bar/foo",
            "foo2/foo",
            "data/x.csv",
            "data/keep.csv",
            "data/sub/x.csv",
            "f1",
            "f2",
            "fa",
            "f-",
            "star*.txt",
            "back\\slash",
            "é.txt",
            "logs/debug.log",
            "logs/keep/debug.log",
            "a/b/c/d",
            "a/c",
            "deep/a/b/e.tmp",
            "q?.txt",
            "[x]",
            "UPPER.LOG");

    @TempDir
    private static Path repository;

    @TempDir
    private Path root;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*.log",
                "*.log\n!b.log",
                "/a.txt",
                "build/",
                "/build/",
                "foo",
                "foo/",
                "/foo",
                "docs/*.md",
                "docs/**/*.md",
                "docs/**",
                "**/b",
                "**/a.txt",
                "a/**/d",
                "a/**/c",
                "x/**/a.txt",
                "data/*\n!data/keep.csv",
                "data/\n!data/keep.csv",
                "f[0-9]",
                "f[!0-9]",
                "f[^0-9]",
                "f[a-]",
                "f?",
                "star\\*.txt",
                "star*",
                "\\#c",
                "#c",
                "\\!d",
                "!d",
                "trail\\ ",
                "trail ",
                "*\n!*/\n!*.py",
                "*\n!/src/\n!/src/**",
                "*",
                "**",
                "/*",
                "/**/",
                "logs/**/debug.log",
                "logs/*/debug.log",
                "**/logs/*.log",
                "é.txt",
                "é*",
                "back\\\\slash",
                "q\\?.txt",
                "\\[x]",
                "[[]x]",
                "[x",
                "deep/**/*.tmp",
                "deep/*.tmp",
                "x/y/",
                "x/y",
                "/x/*/a.txt",
                "***.log",
                "a**",
                "upper.log",
                "\r\n*.log\r",
                "foo\n\n# a comment\n!bar/foo"
            })
    void theSameFilesAreLeftOutAsByGit(String gitignore) throws Exception {
        for (String file : FILES) {
            write(file, "x");
        }
        Files.writeString(root.resolve(".gitignore"), gitignore + "\n");

        assertThat(pathsOf(SourceFolder.read(root))).isEqualTo(keptByGit());
    }

    @Test
    void aDeeperGitignoreHasTheLastWord() throws Exception {
        write(".gitignore", "*.log\n/top\n");
        write("sub/.gitignore", "!keep.log\n/top\n*.tmp\n");
        write("sub/deeper/.gitignore", "keep.log\n");
        for (String file : List.of(
                "a.log",
                "top",
                "sub/keep.log",
                "sub/top",
                "sub/x/top",
                "sub/x/a.tmp",
                "a.tmp",
                "sub/deeper/keep.log",
                "sub/deeper/other/keep.log",
                "x/top")) {
            write(file, "x");
        }

        assertThat(pathsOf(SourceFolder.read(root))).isEqualTo(keptByGit());
    }

    @Test
    void backendimignoreIsReadAfterGitignore() throws IOException {
        write(".gitignore", "dist/\n*.csv\n");
        write(".backendimignore", "!dist/\ntests/\n");
        write("dist/app.js", "x");
        write("tests/a.py", "x");
        write("main.py", "x");
        write("a.csv", "x");

        assertThat(pathsOf(SourceFolder.read(root)))
                .containsExactly(".backendimignore", ".gitignore", "dist/app.js", "main.py");
    }

    @Test
    void installedPackagesAndVersionControlAreAlwaysLeftOut() throws IOException {
        for (String file : List.of(
                ".git/config",
                "node_modules/x/i.js",
                "sub/node_modules/y.js",
                ".venv/bin/python",
                "__pycache__/a.pyc",
                "sub/__pycache__/a.pyc",
                "my-env/pyvenv.cfg",
                "my-env/lib/x.py",
                "main.py")) {
            write(file, "x");
        }

        assertThat(pathsOf(SourceFolder.read(root))).containsExactly("main.py");
    }

    @Test
    void theArchiveKeepsContentAndExecuteBitsAndIsTheSameEachTime() throws IOException {
        write("run.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(root.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));
        write("a/" + "long-name-".repeat(15) + "é.txt", "content");
        Files.createSymbolicLink(root.resolve("link"), root.resolve("run.sh"));
        SourceFolder source = SourceFolder.read(root);
        byte[] first = pack(source.files());
        Files.setLastModifiedTime(root.resolve("run.sh"), FileTime.fromMillis(0));

        byte[] second = pack(SourceFolder.read(root).files());

        assertThat(second).isEqualTo(first);
        assertThat(source.links()).containsExactly("link");
        List<String> entries = new ArrayList<>();
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(first)))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.add("%s %o %s"
                        .formatted(
                                entry.getName(),
                                entry.getMode() & 0777,
                                new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            }
        }
        assertThat(entries)
                .containsExactly("a/" + "long-name-".repeat(15) + "é.txt 644 content", "run.sh 755 #!/bin/sh\n");
    }

    @Test
    void whatIsPackedIsCounted() throws IOException {
        write("a", "12345");
        write("b", "x".repeat(200_000));
        SourceFolder source = SourceFolder.read(root);
        long[] seen = new long[1];

        TarGz.write(source.files(), new ByteArrayOutputStream(), count -> seen[0] += count);

        assertThat(seen[0]).isEqualTo(source.sizeBytes()).isEqualTo(200_005);
    }

    private static byte[] pack(List<SourceFile> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarGz.write(files, out, count -> {});
        return out.toByteArray();
    }

    private static List<String> pathsOf(SourceFolder source) {
        return source.files().stream().map(SourceFile::path).toList();
    }

    /** What {@code git add .} would take, told by git itself. */
    private List<String> keptByGit() throws IOException, InterruptedException {
        Path gitFolder = repository.resolve(".git");
        if (!Files.exists(gitFolder)) {
            run("git", "init", "-q", repository.toString());
        }
        String listing = run(
                "git",
                "--git-dir",
                gitFolder.toString(),
                "--work-tree",
                root.toString(),
                "-c",
                "core.quotePath=false",
                "ls-files",
                "-z",
                "--others",
                "--exclude-standard");
        return List.copyOf(new TreeSet<>(Arrays.stream(listing.split("\0"))
                .filter(path -> !path.isEmpty())
                .toList()));
    }

    private String run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private void write(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
