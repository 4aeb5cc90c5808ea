package im.backend.deploy.upkeep;

import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.QuietLogs;
import im.backend.deploy.CrashingPorts;
import im.backend.deploy.DeployEngine;
import im.backend.deploy.Tap;
import im.backend.deploy.TestPlatform;
import im.backend.deploy.ports.DeploySettings;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Hostname;
import im.backend.domain.Release;
import im.backend.orchestrator.Sickness;
import im.backend.orchestrator.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoveryTest {
    private static final String VOLUME = "volumes: [{name: data, path: /data, size: 1Gi}]\n";
    private static final int EFFECTS_MAX = 60;

    @RegisterExtension
    static final QuietLogs QUIET = new QuietLogs("im.backend.deploy");

    @TempDir
    private Path folder;

    /** Dies at every step in turn, before and after it, and looks at what the next start makes of it. */
    @ParameterizedTest
    @CsvSource({"blue-green,false", "blue-green,true", "recreate,false", "recreate,true"})
    void aCrashBetweenAnyTwoStepsIsMendedByTheNextStart(String strategy, boolean after) {
        String backendYml = QUICK_HEALTH + "release: python migrate.py\n" + (strategy.equals("recreate") ? VOLUME : "");
        int crashes = 0;
        for (int step = 1; step <= EFFECTS_MAX; step++) {
            try (TestPlatform platform = TestPlatform.started(folder.resolve("step-" + step))) {
                platform.deploy(backendYml, "one");
                CrashingPorts crashing = new CrashingPorts(step, after);
                crashInDeployment(platform, crashing, backendYml);
                if (!crashing.dead()) {
                    crashing.die();
                    assertThat(crashes).as("steps of a deployment").isGreaterThan(15);
                    return;
                }
                crashes++;
                assertMended(platform, "crash at step " + step);
            }
        }
        throw new AssertionError("a deployment has more effects than " + EFFECTS_MAX);
    }

    @Test
    void aCrashInAFailingDeploymentIsMendedToo() {
        for (int step = 1; step <= 25; step++) {
            try (TestPlatform platform = TestPlatform.started(folder.resolve("step-" + step))) {
                platform.deploy(QUICK_HEALTH + VOLUME, "one");
                platform.orchestrator.nextStarts(Sickness.EXITS_AT_ONCE);
                CrashingPorts crashing = new CrashingPorts(step, true);

                crashInDeployment(platform, crashing, QUICK_HEALTH + VOLUME);

                crashing.die();
                assertMended(platform, "crash at step " + step);
            }
        }
    }

    @Test
    void liveReleasesAreBroughtUpAndRoutedAndStrangersRemoved() {
        try (TestPlatform platform = TestPlatform.started(folder)) {
            Deployment live = platform.deploy("one");
            // As after a reboot of the machine: nothing runs, and no route is known.
            platform.orchestrator.stop(platform.workloads().getFirst().key(), Duration.ZERO);
            platform.router.withdraw(new Hostname("shop.localhost"));

            platform.restart(ports -> ports);

            assertThat(platform.answer("shop.localhost"))
                    .isEqualTo(live.releaseName().toString());
            assertThat(platform.runningDeployments()).containsExactly(live.id());
        }
    }

    @Test
    void whatIsLiveIsRoutedBeforeAStrangerIsWaitedFor() {
        try (TestPlatform platform = TestPlatform.started(folder)) {
            platform.deploy("one");
            Workload stranger = platform.workloads().getFirst();
            Deployment live = platform.deploy("two");
            platform.orchestrator.start(stranger);
            platform.router.withdraw(new Hostname("shop.localhost"));
            List<String> answersAtStop = new ArrayList<>();
            Tap atStop = called -> {
                if (called.equals("stop")) {
                    answersAtStop.add(platform.answer("shop.localhost"));
                }
            };

            platform.restart(atStop::onOrchestrator);

            assertThat(answersAtStop).containsExactly(live.releaseName().toString());
            assertThat(platform.runningDeployments()).containsExactly(live.id());
        }
    }

    @Test
    void anAppThatRunsIsFoundAndNotStartedTwice() {
        try (TestPlatform platform = TestPlatform.started(folder)) {
            platform.deploy("one");
            int starts = platform.orchestrator.starts();

            platform.restart(ports -> ports);

            assertThat(platform.orchestrator.starts()).isEqualTo(starts);
            assertThat(platform.workloads()).hasSize(1);
        }
    }

    @Test
    void aStoppedProjectStaysStopped() {
        try (TestPlatform platform = TestPlatform.started(folder)) {
            platform.deploy("one");
            platform.engine().operations().stop(TestPlatform.ADMIN, "shop");

            platform.restart(ports -> ports);

            assertThat(platform.workloads()).isEmpty();
            assertThat(platform.answer("shop.localhost")).isEqualTo("no route");
        }
    }

    @Test
    void aDeploymentThatTakesTheServerDownEachTimeIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        try (TestPlatform platform = TestPlatform.started(folder)) {
            platform.images.pauseUntil(never);
            Deployment poison = platform.submit("poison");
            platform.awaitStatus(poison, DeploymentStatus.BUILDING);

            for (int start = 1; start <= Recovery.ATTEMPTS_MAX; start++) {
                platform.restart(ports -> ports);
                assertThat(platform.log.find(poison.id()).orElseThrow().status())
                        .isEqualTo(DeploymentStatus.BUILDING);
            }
            platform.restart(ports -> ports);

            assertThat(platform.failure(poison).code()).isEqualTo("interrupted");
            assertThat(platform.events(poison))
                    .filteredOn(event -> event.event() instanceof DeploymentEvent.Resumed)
                    .hasSize(Recovery.ATTEMPTS_MAX);
        }
    }

    private static void crashInDeployment(TestPlatform platform, CrashingPorts crashing, String backendYml) {
        platform.engine().close();
        DeployEngine doomed =
                platform.open(crashing.over(platform.ports()), DeploySettings.defaults("localhost", 8000));
        try {
            Deployment asked = doomed.deployments().submit(TestPlatform.ADMIN, TestPlatform.upload(backendYml, "two"));
            await().atMost(LONG)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> crashing.dead()
                            || platform.log
                                    .find(asked.id())
                                    .orElseThrow()
                                    .status()
                                    .terminal());
        } catch (CrashingPorts.Crash beforeItWasAcknowledged) {
            // the caller got no answer either
        }
        // Old instances are retired after the end; their steps count too. A dead engine ends at once.
        doomed.close();
    }

    private static void assertMended(TestPlatform platform, String description) {
        platform.restart(ports -> ports);
        List<Deployment> all = platform.log.list(SHOP, Instant.MAX, 100);
        all.forEach(deployment -> {
            Deployment ended = platform.ended(deployment);
            assertThat(platform.statuses(ended))
                    .as(description)
                    .doesNotHaveDuplicates()
                    .isSorted();
        });
        Optional<Release> live = platform.project().live().flatMap(version -> platform.releases.find(SHOP, version));
        Deployment expected = platform.log.find(live.orElseThrow().deployment()).orElseThrow();
        assertThat(expected.status()).as(description).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.releases.live()).as(description).hasSize(1);
        platform.awaitOnly(expected);
        assertThat(platform.workloads()).as(description).hasSize(1);
        assertThat(platform.answer("shop.localhost"))
                .as(description)
                .isEqualTo(expected.releaseName().toString());
    }
}
