package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    private Path folder;

    private volatile boolean full;

    @Test
    void aDeploymentThatCanNotBeWrittenDownEndsWhenThereIsRoomAgain() {
        Tap disk = called -> {
            if (full && Set.of("append", "complete").contains(called)) {
                throw new Problem.StorageFull("No room.").asException();
            }
        };
        try (TestPlatform platform = TestPlatform.started(folder)) {
            Deployment good = platform.deploy("good");
            DeployEngine engine = platform.open(
                    disk.onLog(platform.ports()),
                    new Hurried().stopGrace(Duration.ofMillis(50)).settings());
            engine.start();

            full = true;
            Deployment deployment = engine.deployments().submit(ADMIN, TestPlatform.upload(QUICK_HEALTH, "two"));
            await().during(Duration.ofMillis(300))
                    .until(() -> !platform.log
                            .find(deployment.id())
                            .orElseThrow()
                            .status()
                            .terminal());
            full = false;

            Deployment ended = platform.ended(deployment);
            assertThat(ended.status()).isEqualTo(DeploymentStatus.FAILED);
            assertThat(ended.failure().orElseThrow().code()).isEqualTo("storage-full");
            platform.awaitOnly(good);
        }
    }
}
