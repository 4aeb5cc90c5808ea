package im.backend.deploy;

import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.SHOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.QuietLogs;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody took back in its time, because the cluster was away or the server was killed, goes at the next occasion. */
class LeftoversTest {
    private static final ReleaseName OF_A_FAILED_DEPLOYMENT = new ReleaseName(SHOP, new CommitHash("f".repeat(40)));

    @RegisterExtension
    static final QuietLogs QUIET = new QuietLogs("im.backend.deploy");

    @AutoClose
    private final TestPlatform platform;

    LeftoversTest(@TempDir Path folder) {
        platform = TestPlatform.started(folder);
    }

    @Test
    void theNextStartRemovesIt() {
        Deployment live = platform.deploy("one");
        platform.orchestrator.createNamespace(OF_A_FAILED_DEPLOYMENT);

        platform.restart(ports -> ports);

        assertThat(platform.orchestrator.namespaces()).containsExactly(live.releaseName());
    }

    @Test
    void theNextDeploymentRemovesIt() {
        platform.deploy("one");
        platform.orchestrator.createNamespace(OF_A_FAILED_DEPLOYMENT);

        Deployment next = platform.deploy("two");

        assertThat(platform.orchestrator.namespaces()).containsExactly(next.releaseName());
    }

    @Test
    void itGoesWithItsProject() {
        platform.deploy("one");
        platform.orchestrator.createNamespace(OF_A_FAILED_DEPLOYMENT);

        platform.engine().lifecycle().delete(platform.project());

        assertThat(platform.orchestrator.namespaces()).isEmpty();
    }

    /** At each of the calls that a start makes in turn: whatever fails then, nobody would come back to it. */
    @ParameterizedTest
    @ValueSource(strings = {"createNamespace", "start", "running", "namespaces", "removeNamespace", "stop"})
    void whatAStartCouldNotDoIsTriedAgainWhileTheServerRuns(String call) {
        platform.deploy("one");
        Workload stranger = platform.workloads().getFirst();
        Deployment live = platform.deploy("two");
        platform.orchestrator.createNamespace(stranger.release());
        platform.orchestrator.start(stranger);
        AtomicInteger failures = new AtomicInteger(2);

        platform.restart(failing(call, failures)::onOrchestrator);

        platform.awaitOnly(live);
        assertThat(platform.answer("shop.localhost"))
                .isEqualTo(live.releaseName().toString());
        assertThat(failures).as("calls of " + call + " left to fail").hasValueLessThan(2);
    }

    @Test
    void whatAStartCouldNotDoIsNotDoneToWhatCameAfterIt() throws InterruptedException {
        platform.deploy("one");
        platform.orchestrator.createNamespace(OF_A_FAILED_DEPLOYMENT);
        AtomicInteger failures = new AtomicInteger(1);
        platform.restart(failing("namespaces", failures)::onOrchestrator);
        CountDownLatch built = new CountDownLatch(1);
        platform.images.pauseUntil(built);
        Deployment next = platform.submit("two");
        platform.awaitStatus(next, DeploymentStatus.BUILDING);
        await().during(Duration.ofMillis(700))
                .until(() -> platform.orchestrator.namespaces().contains(next.releaseName()));

        built.countDown();

        assertThat(platform.ended(next).status()).isEqualTo(DeploymentStatus.COMPLETE);
        platform.awaitOnly(next);
        await().during(Duration.ofMillis(700)).atMost(LONG).untilAsserted(() -> platform.awaitOnly(next));
    }

    private static Tap failing(String call, AtomicInteger times) {
        return called -> {
            if (called.equals(call) && times.getAndDecrement() > 0) {
                throw new Problem.Unavailable("cluster-unreachable", call + ": timeout", Duration.ZERO).asException();
            }
        };
    }
}
