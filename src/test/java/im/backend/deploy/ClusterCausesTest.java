package im.backend.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.file.FileTree;
import im.backend.orchestrator.kubernetes.StaticImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps pods from running reaches whoever deploys, with its cause and one fix. */
@Tag("slow")
final class ClusterCausesTest {
    private static final String MANIFEST =
            "entrypoint: /app/serve\nhealthcheck: {deadline: 3s}\nenv:\n  RELEASE: \"{}\"\n";
    private static final String VOLUME = "volumes: [{name: data, path: /data, size: 1Mi}]\n";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Path image;
    private ClusterPlatform platform;

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        assumeThat(StaticImage.canBeMade()).as("gcc makes the app").isTrue();
        assumeThat(Path.of("/usr/bin/bwrap"))
                .as("bubblewrap shows it its files")
                .exists();
        Path app = Files.createDirectories(shared.resolve("image/app"));
        Files.copy(StaticImage.compiled(shared), app.resolve("serve"));
        image = app.getParent();
    }

    @BeforeEach
    void start() {
        platform = new ClusterPlatform(folder, image);
        platform.server().engine().start();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aPodThatIsReadyIsNotAskedForWarnings() {
        Deployment ended = platform.ended(platform.submit(MANIFEST, "one"));

        assertThat(ended.status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(platform.fake.faults().count("list", "events")).isZero();
    }

    @Test
    void anAppThatDoesNotListenIsToldWhatTheProbeSaw() {
        assertCause(
                platform.submit(MANIFEST.replace("/app/serve", "/bin/sleep 60"), "one"),
                "health-check-failed",
                "Startup probe failed: dial tcp",
                "Listen on the address in HOST and the port in PORT");
        assertThat(platform.fake.faults().count("list", "events"))
                .as("once a second")
                .isBetween(1L, 5L);
    }

    @Test
    void aNodeThatIsTooSmallIsNamed() {
        platform.fake.store().change(new ObjectKey(Kind.NODE, "", "fake"), node -> {
            node.putObject("status").putObject("allocatable").put("memory", "1Mi");
            return node;
        });

        assertCause(platform.submit(MANIFEST, "one"), "capacity", "Insufficient memory", "Lower resources");
    }

    @Test
    void aQuotaThatIsUsedUpIsToldAtOnce() {
        Deployment deployment = whileBuilding(MANIFEST.replace("3s", "60s"), namespace -> limitPods(namespace, 0));

        assertCause(deployment, "quota-exceeded", "exceeded quota: tight", "raise the quota");
    }

    @Test
    void aWorkerThatIsNeverMadeIsNotTakenForSteady() {
        String manifest = MANIFEST.replace("3s", "60s") + "processes: {worker: /bin/sleep 60}\n";

        Deployment deployment = whileBuilding(manifest, namespace -> limitPods(namespace, 1));

        assertCause(deployment, "quota-exceeded", "exceeded quota: tight", "raise the quota");
    }

    private void limitPods(String namespace, int max) {
        ObjectNode quota = JsonNodeFactory.instance.objectNode();
        quota.putObject("spec").putObject("hard").put("pods", Integer.toString(max));
        platform.fake.store().create(new ObjectKey(Kind.RESOURCE_QUOTA, namespace, "tight"), quota);
    }

    @Test
    void aVolumeThatCanNotBeMountedIsNamed() {
        Deployment deployment = whileBuilding(MANIFEST + VOLUME, namespace -> {
            try {
                new FileTree(folder.resolve("data/admin-shop/data")).delete();
            } catch (IOException stuck) {
                throw new UncheckedIOException(stuck);
            }
        });

        assertCause(deployment, "volume-pending", "does not exist", "See that the storage behind it is there");
    }

    @Test
    void aClaimThatNobodyBindsIsNamed() {
        Deployment deployment = whileBuilding(MANIFEST + VOLUME, namespace -> {
            ObjectKey claim = new ObjectKey(Kind.PERSISTENT_VOLUME_CLAIM, namespace, namespace);
            await().until(() -> platform.fake
                    .store()
                    .get(claim)
                    .orElseThrow()
                    .at("/status/phase")
                    .asText()
                    .equals("Bound"));
            platform.fake.store().remove(new ObjectKey(Kind.PERSISTENT_VOLUME, "", namespace));
            platform.fake.store().change(claim, lost -> {
                lost.withObjectProperty("spec").remove("volumeName");
                lost.withObjectProperty("status").put("phase", "Pending");
                return lost;
            });
        });

        assertCause(deployment, "volume-pending", "no persistent volumes available", "StorageClass");
    }

    @Test
    void aVolumeWhoseMakerIsAwayIsNotTakenForAnAppThatDoesNotListen() {
        ObjectNode local = JsonNodeFactory.instance.objectNode();
        local.put("provisioner", "example.com/away").put("volumeBindingMode", "WaitForFirstConsumer");
        local.putObject("metadata").putObject("annotations").put("storageclass.kubernetes.io/is-default-class", "true");
        platform.fake.store().create(new ObjectKey(Kind.STORAGE_CLASS, "", "local-path"), local);

        assertCause(
                platform.submit(MANIFEST + VOLUME, "one"),
                "volume-pending",
                "waits for its volume",
                "what makes volumes of that class");
    }

    private interface Mischief {
        void in(String namespace);
    }

    private Deployment whileBuilding(String manifest, Mischief mischief) {
        CountDownLatch built = new CountDownLatch(1);
        platform.memory.images.pauseUntil(built);
        Deployment deployment = platform.submit(manifest, "one");
        platform.memory.awaitStatus(deployment, DeploymentStatus.BUILDING);
        mischief.in(deployment.releaseName().toString());
        built.countDown();
        return deployment;
    }

    private void assertCause(Deployment deployment, String code, String cause, String fix) {
        DeploymentEvent.Failed failed = platform.memory.failure(deployment);
        assertThat(failed.code()).as(failed.toString()).isEqualTo(code);
        assertThat(failed.detail()).contains(cause);
        assertThat(failed.fix()).contains(fix);
        platform.assertSettled(code, Optional.empty());
    }
}
