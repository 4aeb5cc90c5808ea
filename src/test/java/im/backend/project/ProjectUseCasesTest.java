package im.backend.project;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.deploy.TestPlatform;
import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.ProjectName;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.problem.ProblemException;
import im.backend.source.Commit;
import im.backend.source.SourceUpload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectUseCasesTest {
    private static final Caller BOB = new Caller(new UserName("bob"), Caller.Role.MEMBER);
    private static final EnvName GREETING = new EnvName("GREETING");
    private static final SecretName DB_URL = new SecretName("db_url");

    @AutoClose
    private final TestPlatform platform;

    private final Projects projects;
    private final ProjectEnv env;
    private final ProjectSecrets secrets;
    private final SourceEdits edits;

    ProjectUseCasesTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
        projects = new Projects(platform.ports(), platform.engine());
        env = new ProjectEnv(platform.ports(), platform.engine());
        secrets = new ProjectSecrets(platform.ports(), platform.engine());
        edits = new SourceEdits(platform.ports(), platform.engine());
    }

    @Test
    void aNameIsTakenOnlyUnderOnesOwnAccount() {
        projects.create(ADMIN, new ProjectName("shop"));

        assertSlug("name-taken", () -> projects.create(ADMIN, new ProjectName("shop")));
        assertThat(projects.create(BOB, new ProjectName("shop")).id().value()).isEqualTo("bob-shop");
    }

    @Test
    void everybodySeesTheOwnProjectsAndAnAdministratorAll() {
        projects.create(ADMIN, new ProjectName("shop"));
        projects.create(BOB, new ProjectName("blog"));

        assertThat(projects.list(BOB, "", 10))
                .extracting(project -> project.id().value())
                .containsExactly("bob-blog");
        assertThat(projects.list(ADMIN, "", 10)).hasSize(2);
        assertThat(projects.find(ADMIN, "bob-blog").owner()).isEqualTo(BOB.user());
        assertSlug("not-found", () -> projects.find(BOB, "admin-shop"));
    }

    @Test
    void deletingAsksForTheNameAndThenLeavesNothing() {
        Deployment live = platform.deploy("one");

        assertSlug("confirmation-required", () -> projects.delete(ADMIN, "shop", "yes"));
        assertSlug("not-found", () -> projects.delete(BOB, "admin-shop", "shop"));
        assertThat(platform.runningDeployments()).containsExactly(live.id());
        projects.delete(ADMIN, "shop", "shop");

        assertSlug("not-found", () -> projects.find(ADMIN, "shop"));
        assertThat(platform.workloads()).isEmpty();
        assertThat(platform.ports().source().head(SHOP)).isEmpty();
        assertThat(platform.ports().secrets().list(SHOP)).isEmpty();
    }

    @Test
    void aDeletedNameCanBeUsedAgain() {
        platform.deploy("one");
        projects.delete(ADMIN, "shop", "shop");

        Deployment again = platform.deploy("one");

        assertThat(again.url()).map(Object::toString).contains("http://shop.localhost:8000");
    }

    @Test
    void changedEnvGoesLiveWithoutABuildWhenAskedTo() {
        platform.deploy("one");

        Optional<Deployment> later = env.change(ADMIN, "shop", put("hello", false));
        Optional<Deployment> now = env.change(ADMIN, "shop", put("hello now", true));

        assertThat(later).isEmpty();
        assertThat(platform.ended(now.orElseThrow()).status()).isEqualTo(DeploymentStatus.COMPLETE);
        platform.awaitOnly(now.get());
        assertThat(platform.workloads().getFirst().environment())
                .containsEntry("GREETING", new SecretValue("hello now"));
        assertThat(env.list(ADMIN, "shop")).containsOnlyKeys(GREETING);
    }

    @Test
    void envWinsOverBackendYml() {
        platform.deploy("zero");
        env.change(ADMIN, "shop", put("from env", false));

        platform.deploy(QUICK_HEALTH + "env: [GREETING=from file]\n", "one");

        assertThat(platform.workloads().getFirst().environment())
                .containsEntry("GREETING", new SecretValue("from env"));
    }

    @Test
    void envThatNamesAnAbsentSecretIsRefused() {
        platform.deploy("one");

        assertSlug(
                "secret-missing",
                () -> env.change(
                        ADMIN,
                        "shop",
                        new ProjectEnv.Change(Map.of(GREETING, new EnvValue.Secret(DB_URL)), List.of(), false)));
    }

    @Test
    void aSecretInUseIsNotRemoved() {
        platform.deploy("one");
        secrets.change(ADMIN, "shop", put(new SecretValue("hunter2-hunter2")));
        env.change(
                ADMIN, "shop", new ProjectEnv.Change(Map.of(GREETING, new EnvValue.Secret(DB_URL)), List.of(), false));

        assertSlug("secret-in-use", () -> secrets.change(ADMIN, "shop", remove(DB_URL)));
        env.change(ADMIN, "shop", new ProjectEnv.Change(Map.of(), List.of(GREETING), false));
        secrets.change(ADMIN, "shop", remove(DB_URL));

        assertThat(secrets.list(ADMIN, "shop")).isEmpty();
        assertSlug("not-found", () -> secrets.change(ADMIN, "shop", remove(DB_URL)));
    }

    @Test
    void aChangedSecretReachesTheAppWithARestart() {
        platform.deploy("zero");
        secrets.change(ADMIN, "shop", put(new SecretValue("old-password")));
        platform.deploy(QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url]\n", "one");

        Deployment restart = secrets.change(
                        ADMIN,
                        "shop",
                        new ProjectSecrets.Change(Map.of(DB_URL, new SecretValue("new-password")), List.of(), true))
                .orElseThrow();

        platform.ended(restart);
        platform.awaitOnly(restart);
        assertThat(platform.workloads().getFirst().environment())
                .containsEntry("DATABASE_URL", new SecretValue("new-password"));
    }

    @Test
    void aSavedFileIsACommitAndAStaleEditorIsTold() {
        Project project = projects.create(ADMIN, new ProjectName("shop"));
        Commit first = save("print(1)", Optional.empty());
        Commit second = save("print(2)", Optional.of(first.hash()));

        assertSlug("commit-conflict", () -> save("print(3)", Optional.of(first.hash())));
        SourceEdits.File read = edits.read(ADMIN, "shop", "main", "main.py");
        assertThat(new String(read.content(), StandardCharsets.UTF_8)).isEqualTo("print(2)");
        assertThat(read.commit()).isEqualTo(second.hash());
        assertThat(edits.history(ADMIN, "shop", 10)).containsExactly(second, first);
        assertThat(edits.read(ADMIN, "shop", first.hash().shortForm(), "main.py")
                        .content())
                .isEqualTo("print(1)".getBytes(StandardCharsets.UTF_8));
        assertThat(platform.ports().source().head(project.id())).contains(second);
    }

    @Test
    void savesAtOnceThatNameNoParentAreAllMade() throws InterruptedException {
        projects.create(ADMIN, new ProjectName("shop"));
        List<Thread> editors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String path = "file" + i + ".txt";
            editors.add(Thread.startVirtualThread(
                    () -> edits.save(ADMIN, "shop", new SourceEdits.Save(file(path, path), Optional.empty(), ""))));
        }

        for (Thread editor : editors) {
            editor.join();
        }

        assertThat(edits.list(ADMIN, "shop", "main").files()).hasSize(8);
        assertThat(edits.history(ADMIN, "shop", 20)).hasSize(8);
    }

    @Test
    void aDeletedFileIsGoneFromTheNextCommit() {
        projects.create(ADMIN, new ProjectName("shop"));
        save("print(1)", Optional.empty());
        edits.save(ADMIN, "shop", new SourceEdits.Save(file("other.py", ""), Optional.empty(), ""));

        edits.delete(ADMIN, "shop", new SourceEdits.Delete("main.py", Optional.empty(), ""));

        assertThat(edits.list(ADMIN, "shop", "main").files())
                .extracting(SourceTree.Entry::path)
                .containsExactly("other.py");
        assertSlug("not-found", () -> edits.read(ADMIN, "shop", "main", "main.py"));
        assertSlug(
                "not-found",
                () -> edits.delete(ADMIN, "shop", new SourceEdits.Delete("main.py", Optional.empty(), "")));
    }

    @Test
    void aProjectWithoutSourceIsEmptyAndAnUnknownCommitIsSaid() {
        projects.create(ADMIN, new ProjectName("shop"));

        assertThat(edits.list(ADMIN, "shop", "main").commit()).isEmpty();
        for (String commit : List.of("abc", "abcdef0", "0".repeat(40), "zz")) {
            assertSlug("commit-unknown", () -> edits.list(ADMIN, "shop", commit));
        }
    }

    private Commit save(String text, Optional<CommitHash> parent) {
        return edits.save(ADMIN, "shop", new SourceEdits.Save(file("main.py", text), parent, ""));
    }

    private static SourceUpload.File file(String path, String text) {
        return new SourceUpload.File(path, text.getBytes(StandardCharsets.UTF_8), false);
    }

    private static ProjectEnv.Change put(String value, boolean restart) {
        return new ProjectEnv.Change(Map.of(GREETING, new EnvValue.Literal(value)), List.of(), restart);
    }

    private static ProjectSecrets.Change put(SecretValue value) {
        return new ProjectSecrets.Change(Map.of(DB_URL, value), List.of(), false);
    }

    private static ProjectSecrets.Change remove(SecretName name) {
        return new ProjectSecrets.Change(Map.of(), List.of(name), false);
    }

    private static void assertSlug(String slug, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().slug()).isEqualTo(slug));
    }
}
