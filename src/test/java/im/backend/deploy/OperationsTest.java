package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Caller;
import im.backend.domain.Command;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.domain.UserName;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Observation;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.SourceUpload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationsTest {
    private static final Caller STRANGER = new Caller(new UserName("eve"), Caller.Role.MEMBER);

    @AutoClose
    private final TestPlatform platform;

    private final Operations operations;

    OperationsTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
        operations = platform.engine().operations();
    }

    @Test
    void theStateIsWhatIsSeenNow() {
        Deployment live = platform.deploy("one");

        ProjectState state = operations.state(ADMIN, "shop");

        assertThat(state.live().orElseThrow().version()).isEqualTo(new ReleaseVersion(1));
        assertThat(state.urls())
                .map(Object::toString)
                .containsExactly(
                        "http://shop.localhost:8000",
                        "http://shop-admin.localhost:8000",
                        "http://" + live.commit().shortForm() + ".localhost:8000");
        assertThat(state.instances())
                .singleElement()
                .satisfies(seen -> assertThat(seen.observation()).isInstanceOf(Observation.Running.class));
        assertThat(state.newest().orElseThrow().id()).isEqualTo(live.id());
        assertThat(state.replicas()).isEqualTo(1);
    }

    @Test
    void aProjectIsFoundByNameAndByIdAndNotByStrangers() {
        platform.deploy("one");

        assertThat(operations.state(ADMIN, "shop").project().id()).isEqualTo(SHOP);
        assertThat(operations.state(ADMIN, "admin-shop").project().id()).isEqualTo(SHOP);
        for (String text : List.of("admin-shop", "shop", "nope", "", "../x")) {
            assertSlug("not-found", () -> operations.state(STRANGER, text));
        }
    }

    @Test
    void scalingStartsFurtherInstancesWithoutABuild() {
        platform.deploy("one");

        Deployment scaled = operations.scale(ADMIN, "shop", 3).orElseThrow();

        assertThat(platform.ended(scaled).status()).isEqualTo(DeploymentStatus.COMPLETE);
        platform.awaitOnly(scaled);
        assertThat(platform.workloads()).hasSize(3);
        assertThat(platform.images.builds()).isEqualTo(1);
        assertThat(operations.state(ADMIN, "shop").replicas()).isEqualTo(3);
    }

    @Test
    void scalingHoldsForTheNextDeploymentToo() {
        platform.deploy("one");
        platform.ended(operations.scale(ADMIN, "shop", 2).orElseThrow());

        platform.deploy("two");

        assertThat(platform.workloads()).hasSize(2);
    }

    @Test
    void replicasOutsideTheLimitsAreRefused() {
        platform.deploy("one");

        assertSlug("validation", () -> operations.scale(ADMIN, "shop", 0));
        assertSlug("validation", () -> operations.scale(ADMIN, "shop", Operations.REPLICAS_MAX + 1));
    }

    @Test
    void anAppWithAVolumeOfItsOwnIsNotScaled() {
        platform.deploy(QUICK_HEALTH + "volumes: [{name: data, path: /data, size: 1Gi}]\n", "one");

        assertSlug("validation", () -> operations.scale(ADMIN, "shop", 2));
    }

    @Test
    void aStoppedProjectHasNoRouteAndNoInstanceAndStartsAgain() {
        Deployment first = platform.deploy("one");

        operations.stop(ADMIN, "shop");

        assertThat(platform.workloads()).isEmpty();
        assertThat(platform.answer("shop.localhost")).isEqualTo("no route");
        assertThat(platform.answer(first.commit().shortForm() + ".localhost")).isEqualTo("no route");
        assertSlug("not-running", () -> operations.restart(ADMIN, "shop"));
        Deployment started = operations.start(ADMIN, "shop");
        assertThat(platform.ended(started).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(started.origin()).isEqualTo(Deployment.Origin.START);
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(first.releaseName().toString());
        assertThat(platform.images.builds()).isEqualTo(1);
    }

    @Test
    void stoppingCancelsWhatIsBeingDeployed() {
        platform.deploy("one");
        platform.images.pauseUntil(new CountDownLatch(1));
        Deployment running = platform.submit("two");
        platform.awaitStatus(running, DeploymentStatus.BUILDING);
        Deployment waiting = platform.submit("three");

        operations.stop(ADMIN, "shop");

        assertThat(platform.failure(running).code()).isEqualTo("cancelled");
        assertThat(platform.failure(waiting).code()).isEqualTo("cancelled");
        assertThat(platform.workloads()).isEmpty();
        assertThat(platform.project().live()).isEmpty();
    }

    @Test
    void whatNeverWasDeployedCanNotBeStarted() {
        platform.engine().lifecycle().open(SHOP);

        assertSlug("no-release", () -> operations.start(ADMIN, "shop"));
        assertSlug("no-release", () -> platform.engine().releases().rollback(ADMIN, "shop"));
    }

    @Test
    void aCommandRunsWithTheLiveReleasesEnvAndItsOutputIsRedacted() {
        platform.deploy("one");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("hunter2-hunter2"));
        platform.deploy(QUICK_HEALTH + "env: [DATABASE_URL=secret:db_url]\n", "two");
        platform.oneOff.nextExits(new Exit(4, false));
        List<String> lines = new ArrayList<>();

        Exit exit = operations.run(ADMIN, "shop", Command.parse("echo hunter2-hunter2"), lines::add);

        assertThat(exit.code()).isEqualTo(4);
        assertThat(lines).containsExactly("ran echo ***");
        assertThat(platform.oneOff.runs())
                .singleElement()
                .satisfies(run -> assertThat(run.environment())
                        .containsEntry("DATABASE_URL", new SecretValue("hunter2-hunter2")));
    }

    @Test
    void logsAreRedactedAndGoOnAfterAPosition() {
        platform.deploy("one");
        platform.secrets.put(SHOP, new SecretName("db_url"), new SecretValue("hunter2-hunter2"));
        platform.instanceLogs.add(platform.workloads().getFirst(), "url is hunter2-hunter2");

        List<LogLine> lines = operations.logs(ADMIN, "shop", 10);

        assertThat(lines).last().extracting(LogLine::text).isEqualTo("url is ***");
        assertThat(lines).extracting(LogLine::release).containsOnly("v1");
        assertThat(operations.logsAfter(ADMIN, "shop", lines.getLast().position(), 10))
                .isEmpty();
    }

    @Test
    void aGeneratedSecretIsMadeOnceAndKept() {
        platform.deploy("zero");
        String appJson = "{\"env\": {\"SESSION_KEY\": {\"generator\": \"secret\"}}}";
        SubmitRequest base = TestPlatform.upload(QUICK_HEALTH, "one");
        for (String main : List.of("one", "two")) {
            Deployment deployment = platform.engine()
                    .deployments()
                    .submit(
                            ADMIN,
                            new SubmitRequest(
                                    base.project(),
                                    new SourceUpload.FileMap(List.of(
                                            TestPlatform.file("backend.yml", QUICK_HEALTH),
                                            TestPlatform.file("app.json", appJson),
                                            TestPlatform.file("main.py", main))),
                                    "",
                                    base.idempotency()));
            assertThat(platform.ended(deployment).status()).isEqualTo(DeploymentStatus.COMPLETE);
        }

        assertThat(platform.secrets.list(SHOP))
                .singleElement()
                .satisfies(secret -> assertThat(secret.version()).isEqualTo(1));
        assertThat(platform.workloads())
                .last()
                .satisfies(workload -> assertThat(
                                workload.environment().get("SESSION_KEY").reveal())
                        .hasSize(43));
    }

    @Test
    void aProjectNameInTheUploadIsEnough() {
        SubmitRequest request = TestPlatform.upload(QUICK_HEALTH + "name: blog\n", "one");
        Deployment deployment = platform.engine()
                .deployments()
                .submit(ADMIN, new SubmitRequest(Optional.empty(), request.upload(), "", request.idempotency()));

        assertThat(deployment.project().value()).isEqualTo("admin-blog");
        platform.ended(deployment);
    }

    @Test
    void anUploadThatNamesNoProjectIsRefused() {
        SubmitRequest request = TestPlatform.upload(QUICK_HEALTH, "one");

        assertSlug(
                "validation",
                () -> platform.engine()
                        .deployments()
                        .submit(
                                ADMIN,
                                new SubmitRequest(Optional.empty(), request.upload(), "", request.idempotency())));
    }

    @Test
    void aCommitIsDeployedAgainByItsFirstDigits() {
        Deployment first = platform.deploy("one");
        platform.deploy("two");

        Deployment again = platform.engine()
                .deployments()
                .submitCommit(
                        ADMIN,
                        new CommitRequest("shop", Optional.of(first.commit().shortForm()), Optional.empty()));

        assertThat(platform.ended(again).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(first.releaseName().toString());
    }

    private static void assertSlug(String slug, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().slug()).isEqualTo(slug);
            assertThat(refused.problem()).isNotInstanceOf(Problem.Internal.class);
        });
    }
}
