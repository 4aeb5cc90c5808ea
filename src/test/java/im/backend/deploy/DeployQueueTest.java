package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Sickness;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog.Idempotency;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployQueueTest {
    @AutoClose
    private final TestPlatform platform;

    private final CountDownLatch building = new CountDownLatch(1);

    DeployQueueTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
    }

    @AfterEach
    void letBuildsEnd() {
        building.countDown();
    }

    @Test
    void aNewerDeploymentSupersedesTheOneThatWaitsAndNotTheOneThatRuns() {
        Deployment running = atItsBuild("one");
        Deployment waiting = platform.submit("two");
        Deployment newest = platform.submit("three");

        assertThat(platform.failure(waiting).code()).isEqualTo("superseded");
        assertThat(platform.statuses(waiting)).containsExactly(DeploymentStatus.QUEUED, DeploymentStatus.FAILED);
        building.countDown();
        assertThat(platform.ended(running).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.ended(newest).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.source.head(SHOP).orElseThrow().hash()).isEqualTo(newest.commit());
    }

    @Test
    void fiftyParallelDeploymentsOfOneProjectEndAndTheLastOneWins() throws Exception {
        List<Future<Deployment>> asked = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int at = 0; at < 50; at++) {
                String main = "main " + at;
                asked.add(threads.submit(() -> platform.submit(main)));
            }
        }
        List<Deployment> ended = new ArrayList<>();
        for (Future<Deployment> future : asked) {
            ended.add(platform.ended(future.get()));
        }

        List<Deployment> complete = ended.stream()
                .filter(deployment -> deployment.status() == DeploymentStatus.COMPLETE)
                .toList();
        assertThat(complete).isNotEmpty();
        assertThat(ended)
                .filteredOn(deployment -> deployment.status() == DeploymentStatus.FAILED)
                .allSatisfy(deployment ->
                        assertThat(deployment.failure().orElseThrow().code()).isIn("superseded", "commit-conflict"));
        Deployment last = complete.stream()
                .max(Comparator.comparing(deployment -> deployment.version().orElseThrow()))
                .orElseThrow();
        platform.awaitOnly(last);
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(last.releaseName().toString());
    }

    @Test
    void projectsAreDeployedSideBySideUpToTheLimit() {
        platform.restartWith(new Hurried().queue(2, 10));
        platform.images.pauseUntil(building);

        List<Deployment> asked = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            asked.add(platform.engine().deployments().submit(ADMIN, named(name)));
        }

        platform.awaitStatus(asked.get(0), DeploymentStatus.BUILDING);
        platform.awaitStatus(asked.get(1), DeploymentStatus.BUILDING);
        assertThat(platform.log.find(asked.get(2).id()).orElseThrow().status()).isEqualTo(DeploymentStatus.QUEUED);
        building.countDown();
        asked.forEach(
                deployment -> assertThat(platform.ended(deployment).status()).isEqualTo(DeploymentStatus.COMPLETE));
    }

    @Test
    void aFullQueueIsSaidWithATimeToTryAgain() {
        platform.restartWith(new Hurried().queue(1, 2));
        platform.images.pauseUntil(building);
        for (String name : List.of("a", "b", "c")) {
            Deployment asked = platform.engine().deployments().submit(ADMIN, named(name));
            if (name.equals("a")) {
                platform.awaitStatus(asked, DeploymentStatus.BUILDING);
            }
        }

        assertThatThrownBy(() -> platform.engine().deployments().submit(ADMIN, named("d")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem())
                                .isInstanceOfSatisfying(Problem.Unavailable.class, busy -> {
                                    assertThat(busy.slug()).isEqualTo("busy");
                                    assertThat(busy.retryAfter()).isPositive();
                                }));
        assertThat(platform.engine().deployments().submit(ADMIN, named("c")).status())
                .as("one that replaces a waiting one needs no further place")
                .isEqualTo(DeploymentStatus.QUEUED);
    }

    @Test
    void aRepeatedRequestGetsTheDeploymentOfTheFirst() {
        SubmitRequest request = TestPlatform.upload(QUICK_HEALTH, "one");
        SubmitRequest keyed = new SubmitRequest(
                request.project(), request.upload(), "", Optional.of(new Idempotency("key-1", "hash-1")));

        Deployment first = platform.engine().deployments().submit(ADMIN, keyed);
        platform.ended(first);
        Deployment second = platform.engine().deployments().submit(ADMIN, keyed);

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(platform.log.list(SHOP, Instant.MAX, 10)).hasSize(1);
    }

    @Test
    void aWaitingDeploymentIsCancelledAtOnce() {
        Deployment running = atItsBuild("one");
        Deployment waiting = platform.submit("two");

        Deployment cancelled = platform.engine().deployments().cancel(ADMIN, waiting.id());

        assertThat(cancelled.failure().orElseThrow().code()).isEqualTo("cancelled");
        building.countDown();
        assertThat(platform.ended(running).status()).isEqualTo(DeploymentStatus.COMPLETE);
    }

    @Test
    void aBuildIsCancelledAndTheOldReleaseServesOn() {
        Deployment good = platform.deploy("good");
        Deployment running = atItsBuild("two");

        platform.engine().deployments().cancel(ADMIN, running.id());

        assertThat(platform.failure(running).code()).isEqualTo("cancelled");
        assertThat(platform.failure(running).stage()).isEqualTo(DeploymentStatus.BUILDING);
        platform.awaitOnly(good);
    }

    @Test
    void aHealthCheckIsCancelledAndTheNewInstanceIsStopped() {
        Deployment good = platform.deploy("good");
        platform.orchestrator.nextStarts(Sickness.NEVER_LISTENS);
        Deployment running = platform.submit("healthcheck: {deadline: 60s}\n", "two");
        platform.awaitStatus(running, DeploymentStatus.HEALTH_CHECK);

        platform.engine().deployments().cancel(ADMIN, running.id());

        assertThat(platform.failure(running).code()).isEqualTo("cancelled");
        platform.awaitOnly(good);
    }

    @Test
    void whatHasEndedCanNotBeCancelled() {
        Deployment ended = platform.deploy("one");

        assertThatThrownBy(() -> platform.engine().deployments().cancel(ADMIN, ended.id()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().slug()).isEqualTo("already-finished"));
    }

    @Test
    void aBuildThatTakesTooLongIsEnded() {
        platform.restartWith(new Hurried().buildMax(Duration.ofMillis(200)));
        platform.images.pauseUntil(building);

        assertThat(platform.failure(platform.submit("one"))).satisfies(failure -> {
            assertThat(failure.code()).isEqualTo("timeout");
            assertThat(failure.detail()).contains("build").contains("200 ms");
        });
    }

    @Test
    void aDeploymentThatTakesTooLongInAllIsEnded() {
        platform.restartWith(new Hurried().wholeMax(Duration.ofMillis(200)));
        platform.images.pauseUntil(building);

        assertThat(platform.failure(platform.submit("one")).code()).isEqualTo("timeout");
    }

    @Test
    void aConfigChangeRestartsWithoutABuild() {
        Deployment first = platform.deploy("one");
        platform.projects.changeEnv(SHOP, Map.of(new EnvName("GREETING"), new EnvValue.Literal("hello")), List.of());

        Deployment change = platform.engine().operations().restart(ADMIN, "shop");

        platform.ended(change);
        platform.awaitOnly(change);
        assertThat(change.origin()).isEqualTo(Deployment.Origin.CONFIG_CHANGE);
        assertThat(change.commit()).isEqualTo(first.commit());
        assertThat(platform.images.builds()).isEqualTo(1);
        assertThat(platform.workloads())
                .singleElement()
                .satisfies(workload ->
                        assertThat(workload.environment()).containsEntry("GREETING", new SecretValue("hello")));
    }

    @Test
    void aConfigChangeBehindAWaitingDeploymentIsThatDeployment() {
        platform.deploy("one");
        Deployment running = atItsBuild("two");
        Deployment waiting = platform.submit("three");

        assertThat(platform.engine().operations().restart(ADMIN, "shop").id()).isEqualTo(waiting.id());
    }

    @Test
    void aConfigChangeBehindARunningDeploymentFollowsIt() {
        platform.deploy("one");
        Deployment running = atItsBuild("two");

        Deployment change = platform.engine().operations().restart(ADMIN, "shop");
        building.countDown();

        assertThat(platform.ended(change).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(change.commit()).isEqualTo(running.commit());
        assertThat(platform.images.builds()).isEqualTo(2);
        platform.awaitOnly(change);
    }

    @Test
    void aConfigChangeBehindTheVeryFirstDeploymentFollowsIt() {
        Deployment running = atItsBuild("one");

        Deployment change = platform.engine().operations().restart(ADMIN, "shop");
        building.countDown();

        assertThat(platform.ended(change).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(change.commit()).isEqualTo(running.commit());
    }

    @Test
    void whenTheServerStopsARunningDeploymentHasNoEndAndGoesOnAtTheNextStart() {
        Deployment good = platform.deploy("good");
        Deployment running = atItsBuild("two");

        platform.engine().close();
        assertThat(platform.log.find(running.id()).orElseThrow().status()).isEqualTo(DeploymentStatus.BUILDING);
        assertThat(platform.runningDeployments()).containsExactly(good.id());
        building.countDown();
        platform.restart(ports -> ports);

        assertThat(platform.ended(running).status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.statuses(running)).doesNotHaveDuplicates();
        await().atMost(LONG).until(() -> platform.runningDeployments().equals(List.of(running.id())));
    }

    /** Stays there until {@link #building} ends it. */
    private Deployment atItsBuild(String main) {
        platform.images.pauseUntil(building);
        Deployment running = platform.submit(main);
        platform.awaitStatus(running, DeploymentStatus.BUILDING);
        return running;
    }

    private static SubmitRequest named(String name) {
        SubmitRequest request = TestPlatform.upload(QUICK_HEALTH, "main of " + name);
        return new SubmitRequest(Optional.of(name), request.upload(), "", Optional.empty());
    }
}
