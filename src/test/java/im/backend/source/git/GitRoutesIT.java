package im.backend.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.source.Commit;
import im.backend.source.PushListener;
import im.backend.source.SourceUpload;
import im.backend.source.git.http.PushLimits;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drives the git server with the git program of this machine. */
final class GitRoutesIT {
    @TempDir
    private Path folder;

    private GitServer server;
    private RealGit git;

    @BeforeEach
    void start() throws Exception {
        server = new GitServer(folder.resolve("git"), PushLimits.DEFAULT);
        git = new RealGit(Files.createDirectory(folder.resolve("work")));
        git.run("init", "-q", "-b", "main");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void commit(String path, String text) throws Exception {
        Path file = folder.resolve("work").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        git.run("add", "-A");
        git.run("commit", "-q", "-m", "Change " + path);
    }

    private CommitHash headHash() {
        return new CommitHash(git.run("rev-parse", "HEAD").strip());
    }

    private RealGit cloned(String... arguments) throws Exception {
        Path target = folder.resolve("clone" + System.nanoTime());
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = server.url("alice-key", "shop");
        all[arguments.length + 1] = target.toString();
        git.run(all);
        return new RealGit(target);
    }

    private Commit upload(ProjectId project, String text) {
        SourceUpload.File file = new SourceUpload.File("app.py", text.getBytes(StandardCharsets.UTF_8), false);
        Commit commit =
                server.store.stage(project, new SourceUpload.FileMap(List.of(file)), new UserName("alice"), text);
        server.store.publish(project, commit.hash());
        return commit;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void anUploadIsClonedOverEachProtocolVersion(String version) throws Exception {
        Commit commit = upload(server.project("alice-shop"), "print(1)\n");

        RealGit clone = cloned("-c", "protocol.version=" + version, "clone", "-q");

        assertThat(clone.run("rev-parse", "HEAD").strip())
                .isEqualTo(commit.hash().value());
        assertThat(clone.run("status", "--porcelain", "--branch")).startsWith("## main...origin/main");
        clone.run("fsck", "--strict");
    }

    @Test
    void aStagedUploadIsNotShown() throws Exception {
        ProjectId project = server.project("alice-shop");
        upload(project, "1");
        SourceUpload.File file = new SourceUpload.File("app.py", new byte[] {'2'}, false);
        server.store.stage(project, new SourceUpload.FileMap(List.of(file)), new UserName("alice"), "waits");

        for (String version : List.of("0", "2")) {
            String refs =
                    git.run("-c", "protocol.version=" + version, "ls-remote", server.url("alice-key", "alice-shop"));
            assertThat(refs.lines().map(line -> line.substring(41))).containsExactly("HEAD", "refs/heads/main");
        }
    }

    @Test
    void manyPushedBranchesBecomeOneFile() throws Exception {
        upload(server.project("alice-shop"), "print(1)\n");
        RealGit clone = cloned("clone", "-q");
        String branches = IntStream.range(0, 300)
                .mapToObj(number -> "create refs/heads/b" + number + " HEAD\n")
                .collect(Collectors.joining());
        clone.feed(branches.getBytes(StandardCharsets.UTF_8), "update-ref", "--stdin");

        clone.run("push", "-q", "origin", "refs/heads/*:refs/heads/*");

        Path heads = folder.resolve("git/alice-shop.git/refs/heads");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> heads.toFile().list().length < 10);
        assertThat(git.run("ls-remote", "--heads", server.url("alice-key", "alice-shop"))
                        .lines())
                .hasSize(301);
        clone.run("push", "-q", "origin", "--delete", "b7");
        assertThat(git.run("ls-remote", "--heads", server.url("alice-key", "alice-shop"))
                        .lines())
                .hasSize(300);
    }

    @Test
    void aShallowAndPartialCloneFetchesMoreLater() throws Exception {
        ProjectId project = server.project("alice-shop");
        upload(project, "1");
        upload(project, "2");

        RealGit clone = cloned("clone", "-q", "--depth", "1", "--filter=blob:none");

        assertThat(clone.run("rev-list", "--count", "HEAD").strip()).isEqualTo("1");
        Commit third = upload(project, "3");
        clone.run("fetch", "-q", "--unshallow");
        assertThat(clone.run("rev-list", "--count", "origin/main").strip()).isEqualTo("3");
        assertThat(clone.run("rev-parse", "origin/main").strip())
                .isEqualTo(third.hash().value());
    }

    @Test
    void aPushToMainIsDeployedAndSaysTheUrl() throws Exception {
        server.project("alice-shop");
        AtomicReference<PushListener.Push> seen = new AtomicReference<>();
        server.onPush((push, lines) -> {
            seen.set(push);
            lines.accept("building: python 3.12");
            return URI.create("http://shop.localhost:8000");
        });
        commit("app.py", "print(1)\n");

        String output = git.run("push", server.url("alice-key", "shop"), "main");

        assertThat(output)
                .contains("remote: building: python 3.12")
                .contains("http://shop.localhost:8000")
                .contains("main -> main");
        assertThat(seen.get())
                .isEqualTo(new PushListener.Push(GitServer.ALICE, new ProjectId("alice-shop"), headHash()));
        assertThat(server.store.head(new ProjectId("alice-shop")))
                .hasValueSatisfying(head -> assertThat(head.hash()).isEqualTo(headHash()));
    }

    @Test
    void stageLinesAreShownWhileTheDeployIsStillGoing() throws Exception {
        server.project("alice-shop");
        CountDownLatch shown = new CountDownLatch(1);
        server.onPush((_, lines) -> {
            lines.accept("stage one");
            await(shown);
            return URI.create("http://shop.localhost:8000");
        });
        commit("app.py", "print(1)\n");
        ProcessBuilder builder = new ProcessBuilder(RealGit.command("push", server.url("alice-key", "shop"), "main"))
                .directory(folder.resolve("work").toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(RealGit.base());

        Process push = builder.start();
        boolean live = false;
        try (BufferedReader output = new BufferedReader(new InputStreamReader(push.getInputStream()))) {
            String line = "";
            while (line != null && !live) {
                line = output.readLine();
                live = line != null && line.contains("stage one");
            }
            shown.countDown();
            output.lines().forEach(_ -> {});
        }

        assertThat(live).isTrue();
        assertThat(push.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(push.exitValue()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFailedDeployShowsTheEvidenceAndKeepsThePush() throws Exception {
        server.project("alice-shop");
        server.onPush((_, _) -> {
            throw new Problem.StageFailed(
                            "build-failed",
                            "pip ended with 1.",
                            "Mend requirements.txt.",
                            List.of("No such package: x"))
                    .asException();
        });
        commit("app.py", "print(1)\n");

        RealGit.Result push = git.attempt("push", server.url("alice-key", "shop"), "main");

        assertThat(push.exitCode()).isZero();
        assertThat(push.output())
                .contains("| No such package: x")
                .contains("build-failed")
                .contains("Mend requirements.txt.")
                .contains("The push itself was kept");
        assertThat(server.store.head(new ProjectId("alice-shop"))).isPresent();
    }

    @Test
    void otherBranchesAndTagsAreStoredAndNotDeployed() throws Exception {
        server.project("alice-shop");
        server.onPush((_, _) -> {
            throw new AssertionError("not to be deployed");
        });
        commit("app.py", "print(1)\n");
        git.run("tag", "v1");

        String output = git.run("push", server.url("alice-key", "shop"), "main:feature", "v1");

        assertThat(output).contains("Only main is deployed");
        assertThat(git.run("ls-remote", server.url("alice-key", "shop")))
                .contains("refs/heads/feature", "refs/tags/v1")
                .doesNotContain("refs/heads/main");
        git.run("push", server.url("alice-key", "shop"), "--delete", "feature");
    }

    @Test
    void aPushToAnUnknownNameMakesTheProjectAndADryRunDoesNot() throws Exception {
        commit("app.py", "print(1)\n");

        git.run("push", "--dry-run", server.url("alice-key", "fresh"), "main");
        assertThat(server.projects).isEmpty();
        git.run("push", server.url("alice-key", "fresh"), "main");

        assertThat(server.projects).containsExactly(new ProjectId("alice-fresh"));
        assertThat(git.attempt("ls-remote", server.url("bob-key", "fresh")).output())
                .contains("not found");
    }

    @Test
    void anUploadAfterAPushFollowsIt() throws Exception {
        ProjectId project = server.project("alice-shop");
        commit("app.py", "print(1)\n");
        git.run("push", "-q", server.url("alice-key", "shop"), "main");
        CommitHash pushed = headHash();

        Commit commit = upload(project, "print(2)\n");

        assertThat(server.store.history(project, 5)).extracting(Commit::hash).containsExactly(commit.hash(), pushed);
        git.run("pull", "-q", "--ff-only", server.url("alice-key", "shop"), "main");
        assertThat(headHash()).isEqualTo(commit.hash());
    }

    @Test
    void aRepositoryWithManyBranchesIsFetchedWithACompressedRequest() throws Exception {
        server.project("alice-shop");
        commit("app.py", "0");
        RealGit clone = cloned("clone", "-q");
        String hash = headHash().value();
        Files.write(
                folder.resolve("work/.git/packed-refs"),
                IntStream.range(0, 450)
                        .mapToObj(branch -> hash + " refs/heads/b" + branch)
                        .toList());
        git.run("push", "-q", server.url("alice-key", "shop"), "--all");
        for (int branch = 0; branch < 450; branch += 90) {
            git.run("checkout", "-q", "b" + branch);
            commit("app.py", "on " + branch);
        }
        git.run("push", "-q", server.url("alice-key", "shop"), "--all");
        RealGit traced = new RealGit(folder.resolve("work"), Map.of("GIT_TRACE_CURL", "1"));

        clone.run("-c", "protocol.version=0", "fetch", "-q");
        String trace = traced.run(
                "-c",
                "protocol.version=0",
                "-c",
                "fetch.negotiationAlgorithm=consecutive",
                "clone",
                "-q",
                server.url("alice-key", "shop"),
                folder.resolve("traced").toString());

        assertThat(clone.run("branch", "-r").lines().count()).isGreaterThan(450);
        assertThat(trace.toLowerCase()).contains("content-encoding: gzip");
    }

    @Test
    void aPushOfThirtyMegabytesArrives() throws Exception {
        ProjectId project = server.project("alice-shop");
        byte[] random = new byte[30 << 20];
        new Random(7).nextBytes(random);
        Files.write(folder.resolve("work/big.bin"), random);
        commit("app.py", "print(1)\n");

        git.run("push", "-q", server.url("alice-key", "shop"), "main");

        assertThat(server.store.read(project, headHash()).entries())
                .anySatisfy(entry -> assertThat(entry.sizeBytes()).isEqualTo(30 << 20));
    }
}
