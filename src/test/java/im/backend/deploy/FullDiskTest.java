package im.backend.deploy;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static im.backend.deploy.TestPlatform.QUICK_HEALTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.problem.Problem;
import im.backend.store.DeploymentLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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
        try (TestPlatform platform = new TestPlatform(folder)) {
            platform.engine().start();
            Deployment good = platform.deploy("good");
            DeploySettings settings =
                    new DeploySettings("localhost", 8000, 4, 10, LONG, LONG, Duration.ofMillis(50), 10, Duration.ZERO);
            DeployEngine engine = platform.open(onDisk(platform.ports()), settings);
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

    private Ports onDisk(Ports ports) {
        DeploymentLog log = ports.stores().log();
        DeploymentLog refusing = (DeploymentLog) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DeploymentLog.class}, (proxy, method, arguments) -> {
                    if (full && Set.of("append", "complete").contains(method.getName())) {
                        throw new Problem.StorageFull("No room.").asException();
                    }
                    try {
                        return method.invoke(log, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new Ports(
                ports.source(),
                ports.manifests(),
                ports.images(),
                ports.hosting(),
                ports.router(),
                ports.secrets(),
                ports.scanning(),
                new Ports.Stores(ports.stores().projects(), ports.stores().releases(), refusing));
    }
}
