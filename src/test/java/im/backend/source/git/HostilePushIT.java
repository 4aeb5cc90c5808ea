package im.backend.source.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.ProjectId;
import im.backend.source.git.http.PushLimits;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushes that a server must refuse, made by the git program or byte by byte; after each the next good push works. */
@Tag("slow")
final class HostilePushIT {
    private static final ProjectId SHOP = new ProjectId("alice-shop");
    private static final String ZERO = "0".repeat(40);
    private static final PushLimits NARROW = new PushLimits(
            3 << 20, 2 << 20, 8 << 20, 20 << 20, 1 << 20, 20, 30, 4, 2, Duration.ofSeconds(1), Duration.ofMinutes(1));

    @TempDir
    private Path folder;

    private GitServer server;
    private RealGit git;
    private String url;
    private String good;

    @BeforeEach
    void start() throws Exception {
        server = new GitServer(folder.resolve("git"), NARROW);
        server.project(SHOP.value());
        url = server.url("alice-key", "shop");
        git = new RealGit(Files.createDirectory(folder.resolve("work")));
        git.run("init", "-q", "-b", "main");
        write("app.py", "print(1)\n".getBytes(UTF_8));
        good = commit();
        git.run("push", "-q", url, "main");
    }

    /** Whatever was refused before, nothing of it was kept on main, nothing is broken, and the next push works. */
    @AfterEach
    void aGoodPushStillWorks() throws Exception {
        try {
            assertThat(server.store.head(SHOP).orElseThrow().hash().value()).isEqualTo(good);
            assertThat(folder.resolve("git/alice-shop.git/objects").toFile().list())
                    .noneMatch(name -> name.startsWith("incoming"));
            git.run("checkout", "-q", "-f", "-B", "after", good);
            write("app.py", "print(2)\n".getBytes(UTF_8));
            git.run("add", "app.py");
            git.run("commit", "-q", "-m", "after");
            git.run("push", "-q", url, "after:main");
            RealGit bare = new RealGit(folder.resolve("git/alice-shop.git"));
            assertThat(bare.run("fsck", "--connectivity-only")).doesNotContain("error", "missing");
        } finally {
            server.close();
        }
    }

    private void write(String path, byte[] content) throws Exception {
        Path file = folder.resolve("work").resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private String commit() {
        git.run("add", "-A");
        git.run("commit", "-q", "-m", "change");
        return git.run("rev-parse", "HEAD").strip();
    }

    /** A commit on top of the good one, of a tree that git itself would not make. */
    private String commitOf(byte[] tree) {
        String hash = git.feed(tree, "hash-object", "-w", "-t", "tree", "--literally", "--stdin");
        return git.run("commit-tree", "-p", good, "-m", "hostile", hash).strip();
    }

    private String blob(String text) {
        return git.feed(text.getBytes(UTF_8), "hash-object", "-w", "--stdin");
    }

    private static byte[] entry(String mode, String name, String hash) {
        byte[] head = (mode + " " + name + "\0").getBytes(UTF_8);
        byte[] entry = Arrays.copyOf(head, head.length + 20);
        System.arraycopy(HexFormat.of().parseHex(hash), 0, entry, head.length, 20);
        return entry;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private void refused(String reason, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "push";
        all[1] = url;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        RealGit.Result push = git.attempt(all);
        assertThat(push.exitCode()).as(push.output()).isNotZero();
        assertThat(push.output()).containsIgnoringCase(reason);
    }

    @Test
    void aSymbolicLinkOnMainIsRefusedWithItsPath() throws Exception {
        Files.createSymbolicLink(folder.resolve("work/passwd"), Path.of("/etc/passwd"));
        commit();

        refused("\"passwd\" is a symbolic link", "main");
    }

    @Test
    void aSubmoduleOnMainIsRefused() {
        git.run("update-index", "--add", "--cacheinfo", "160000," + "1".repeat(40) + ",lib");
        git.run("commit", "-q", "-m", "submodule");

        refused("\"lib\" is a submodule", "main");
    }

    @Test
    void linksOnOtherBranchesAreStored() throws Exception {
        Files.createSymbolicLink(folder.resolve("work/link"), Path.of("app.py"));
        commit();

        git.run("push", url, "main:feature");
    }

    @Test
    void mainMayOnlyMoveForwardAndNotGo() throws Exception {
        git.run("commit", "-q", "--amend", "-m", "rewritten");

        refused("protected", "--force", "main");
        refused("protected", "--delete", "main");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refs/heads/0123456789012345678901234567890123456789",
                "refs/heads/-x",
                "refs/staged/newest",
                "refs/notes/commits",
                "refs/pull/1/head",
                "refs/tags/-f"
            })
    void aMisleadingRefNameIsRefused(String name) {
        refused("bad ref name", "main:" + name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refs/heads/a..b",
                "refs/heads/a@{1}",
                "refs/heads/a\u0001b",
                "refs/heads/a.lock",
                "refs/heads/../../config",
                "HEAD",
                "config"
            })
    void aRefNameThatGitWouldNotSendIsRefused(String name) throws Exception {
        String answer = post(command(ZERO, good, name), emptyPack()).body();

        assertThat(answer).doesNotContain("ok " + name).containsAnyOf("ng " + name, "bad-request");
        assertThat(git.run("ls-remote", url).lines()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {".git", ".GIT", "git~1", ".g\u200cit", ".", "..", "a/b"})
    void aTreeThatNamesGitsOwnFolderOrEscapesIsRefusedOnEveryBranch(String name) {
        String hostile = commitOf(entry("100644", name, blob("x")));

        refused("unpack", hostile + ":refs/heads/feature");
    }

    @Test
    void aTreeWithTwinsIsRefused() {
        String content = blob("x");

        refused(
                "duplicate",
                commitOf(join(entry("100644", "A.py", content), entry("100644", "a.py", content))) + ":refs/heads/f");
        refused(
                "duplicate",
                commitOf(join(entry("100644", "a.py", content), entry("100644", "a.py", content))) + ":refs/heads/f");
    }

    @Test
    void aPathThatAnUploadMayNotHaveIsRefusedOnMain() {
        refused("backslash", commitOf(entry("100644", "..\\x", blob("x"))) + ":refs/heads/main");
    }

    @Test
    void aBrokenCommitIsRefused() {
        String tree = git.run("rev-parse", "HEAD^{tree}").strip();
        byte[] broken = ("tree " + tree + "\nparent " + good + "\n\nno author").getBytes(UTF_8);
        String hash = git.feed(broken, "hash-object", "-w", "-t", "commit", "--literally", "--stdin");

        refused("unpack", hash + ":refs/heads/feature");
    }

    @Test
    void aTreeThatMultipliesIsRefusedAtTheLimit() {
        String hash = git.feed(join(entry("100644", "f", blob("x"))), "hash-object", "-w", "-t", "tree", "--stdin");
        for (int level = 0; level < 9; level++) {
            byte[][] ten = new byte[10][];
            for (int child = 0; child < 10; child++) {
                ten[child] = entry("40000", "d" + child, hash);
            }
            hash = git.feed(join(ten), "hash-object", "-w", "-t", "tree", "--stdin");
        }
        String bomb = git.run("commit-tree", "-p", good, "-m", "bomb", hash).strip();

        refused("too many files", bomb + ":refs/heads/main");
    }

    @Test
    void anObjectOrPackOverTheLimitIsRefused() throws Exception {
        byte[] noise = new byte[5 << 19];
        new Random(1).nextBytes(noise);
        write("big.bin", noise);
        commit();
        refused("limit", "main");

        git.run("reset", "-q", "--hard", good);
        for (int part = 0; part < 4; part++) {
            write("part" + part, Arrays.copyOfRange(noise, part << 19, (part + 2) << 19));
        }
        commit();
        refused("too large", "main");
    }

    @Test
    void objectsThatInflateOverTheLimitAreRefused() throws Exception {
        for (int file = 0; file < 9; file++) {
            byte[] zeros = new byte[1 << 20];
            zeros[0] = (byte) file;
            write("zeros" + file, zeros);
        }
        commit();

        refused("too large", "main");
    }

    @Test
    void tooManyRefsAtOnceOrInAllAreRefused() throws Exception {
        branches(25);
        refused("413", "--all");

        git.run("checkout", "-q", "--detach");
        for (int first = 0; first < 60 && server.store.head(SHOP).isPresent(); first += 15) {
            branches(0);
            branchesFrom(first, 15);
            git.attempt("push", url, "--all");
        }
        assertThat(git.run("ls-remote", "--heads", url).lines().count()).isLessThanOrEqualTo(31);
    }

    private void branches(int count) throws Exception {
        branchesFrom(0, count);
    }

    private void branchesFrom(int first, int count) throws Exception {
        StringBuilder refs = new StringBuilder();
        for (int branch = first; branch < first + count; branch++) {
            refs.append(good).append(" refs/heads/b").append(branch).append('\n');
        }
        Files.writeString(folder.resolve("work/.git/packed-refs"), refs);
    }

    @Test
    void aPackThatIsCutOffOrMissesObjectsIsRefused() throws Exception {
        String unknown = "1".repeat(40);
        assertThat(post(command(good, unknown, "refs/heads/main"), emptyPack()).body())
                .doesNotContain("ok refs/heads/main");

        byte[] cut = Arrays.copyOf(emptyPack(), 15);
        assertThat(post(command(ZERO, good, "refs/heads/x"), cut).body()).doesNotContain("ok refs/heads/x");

        byte[] lying = emptyPack();
        lying[11] = (byte) 200;
        assertThat(post(command(ZERO, good, "refs/heads/x"), lying).body()).doesNotContain("ok refs/heads/x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zzzz", "0003", "ffff", "00ff short", "000"})
    void aRequestThatIsNotGitsFormatIsRefused(String body) throws Exception {
        assertThat(post(body.getBytes(UTF_8), new byte[0]).statusCode()).isEqualTo(400);
    }

    private static byte[] command(String old, String now, String ref) {
        String line = old + " " + now + " " + ref + "\0 report-status";
        return ("%04x".formatted(line.getBytes(UTF_8).length + 4) + line + "0000").getBytes(UTF_8);
    }

    private static byte[] emptyPack() throws Exception {
        byte[] head = {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 0};
        return join(head, MessageDigest.getInstance("SHA-1").digest(head));
    }

    private HttpResponse<String> post(byte[] commands, byte[] pack) throws Exception {
        String basic = Base64.getEncoder().encodeToString("x:alice-key".getBytes(UTF_8));
        HttpRequest request = HttpRequest.newBuilder(server.uri("/git/shop.git/git-receive-pack"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-git-receive-pack-request")
                .POST(HttpRequest.BodyPublishers.ofByteArray(join(commands, pack)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
