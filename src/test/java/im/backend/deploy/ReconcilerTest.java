package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.QuietLogs;
import im.backend.deploy.upkeep.Repairs;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Hostname;
import im.backend.orchestrator.Sickness;
import im.backend.orchestrator.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ReconcilerTest {
    private static final Hostname HOST = new Hostname("shop.localhost");

    @RegisterExtension
    static final QuietLogs QUIET = new QuietLogs("im.backend.deploy");

    @AutoClose
    private final TestPlatform platform;

    ReconcilerTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
    }

    @Test
    void whatRunsIsLeftAlone() throws InterruptedException {
        platform.deploy("one");
        int starts = platform.orchestrator.starts();

        platform.engine().reconcile();

        assertThat(platform.orchestrator.starts()).isEqualTo(starts);
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(0, 0));
    }

    @Test
    void anInstanceThatVanishedIsBroughtBackAndRouted() throws InterruptedException {
        Deployment live = platform.deploy("one");
        platform.orchestrator.lose(key());

        platform.engine().reconcile();

        assertThat(platform.answer(HOST.value())).isEqualTo(live.releaseName().toString());
        assertThat(platform.runningDeployments()).containsExactly(live.id());
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(1, 0));
    }

    @Test
    void oneOfTwoReplicasThatVanishedIsBroughtBackAlone() throws InterruptedException {
        platform.deploy(QUICK_HEALTH + "scaling: {min: 2, max: 2}\n", "one");
        int starts = platform.orchestrator.starts();
        platform.orchestrator.lose(key());

        platform.engine().reconcile();

        assertThat(platform.workloads()).hasSize(2);
        assertThat(platform.orchestrator.starts()).isEqualTo(starts + 1);
    }

    @Test
    void aRouteThatVanishedIsPublishedAgain() throws InterruptedException {
        Deployment live = platform.deploy("one");
        platform.router.withdraw(HOST);

        platform.engine().reconcile();

        assertThat(platform.answer(HOST.value())).isEqualTo(live.releaseName().toString());
        assertThat(platform.orchestrator.starts()).isEqualTo(1);
    }

    @Test
    void aStoppedProjectStaysStopped() throws InterruptedException {
        platform.deploy("one");
        platform.engine().operations().stop(ADMIN, "shop");

        platform.engine().reconcile();

        assertThat(platform.workloads()).isEmpty();
        assertThat(platform.answer(HOST.value())).isEqualTo("no route");
    }

    @Test
    void aDeletedProjectStaysDeleted() throws InterruptedException {
        platform.deploy("one");
        platform.engine().lifecycle().delete(platform.project());

        platform.engine().reconcile();

        assertThat(platform.workloads()).isEmpty();
        assertThat(platform.orchestrator.namespaces()).isEmpty();
    }

    @Test
    void nothingIsRepairedBesideADeployment() throws InterruptedException {
        platform.deploy("one");
        CountDownLatch built = new CountDownLatch(1);
        platform.images.pauseUntil(built);
        Deployment next = platform.submit("two");
        platform.awaitStatus(next, DeploymentStatus.BUILDING);
        platform.orchestrator.lose(key());

        platform.engine().reconcile();

        assertThat(platform.workloads()).isEmpty();
        built.countDown();
        assertThat(platform.ended(next).status()).isEqualTo(DeploymentStatus.COMPLETE);
        platform.awaitOnly(next);
    }

    @Test
    void aFailedRepairIsTriedAgainInTheNextRound() throws InterruptedException {
        Deployment live = platform.deploy("one");
        platform.orchestrator.lose(key());
        platform.orchestrator.nextStarts(Sickness.CANNOT_START);

        platform.engine().reconcile();
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(0, 1));
        platform.engine().reconcile();

        assertThat(platform.runningDeployments()).containsExactly(live.id());
        assertThat(platform.engine().repairs()).isEqualTo(new Repairs(1, 1));
    }

    @Test
    void whatCouldNotBeBroughtUpAtTheStartIsBroughtUpLater() {
        Deployment live = platform.deploy("one");
        platform.orchestrator.stop(key(), Duration.ZERO);
        platform.orchestrator.nextStarts(Sickness.CANNOT_START);

        platform.restart(ports -> ports);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(platform.answer(HOST.value()))
                        .isEqualTo(live.releaseName().toString()));
    }

    @Test
    void theRunningServerLooksByItself() {
        Deployment live = platform.deploy("one");
        platform.restartWith(new Hurried().repairEvery(Duration.ofMillis(50)));
        platform.orchestrator.lose(key());

        await().atMost(LONG).until(() -> platform.runningDeployments().contains(live.id()));
        assertThat(platform.workloads()).hasSize(1);
    }

    @Test
    void aDeletionThatIsToldOfIsLookedAtBeforeItsTime() {
        Deployment live = platform.deploy("one");
        platform.restartWith(new Hurried().repairEvery(Duration.ofHours(1)));
        platform.orchestrator.lose(key());

        platform.engine().lookSoon();

        await().atMost(LONG).until(() -> platform.runningDeployments().contains(live.id()));
    }

    @Test
    void anIntervalOfZeroNeverLooks() {
        platform.deploy("one");
        platform.restartWith(new Hurried().repairEvery(Duration.ZERO));
        int looks = platform.orchestrator.looks();

        platform.engine().lookSoon();

        await().during(Duration.ofMillis(200)).until(() -> platform.orchestrator.looks() == looks);
    }

    private Workload.Key key() {
        assertThat(platform.orchestrator.running(SHOP)).isNotEmpty();
        return platform.workloads().getFirst().key();
    }
}
