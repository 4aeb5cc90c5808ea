package im.backend.build.pod;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.build.ImageBases;
import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.base.ImageBasesSettings;
import im.backend.build.base.RegistryImageBases;
import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.Kind;
import im.backend.e2e.PythonImage;
import im.backend.problem.Problem;
import im.backend.registry.disk.RegistryLimits;
import im.backend.server.RegistryFixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In real pods of a real cluster, whose node pulls the base from a registry of the test. */
@Tag("slow")
final class RealPodSandboxIT extends PodSandboxContract {
    @TempDir
    static Path shared;

    private static Cluster cluster;
    private static RegistryFixture registry;
    private static RegistryImageBases bases;

    @BeforeAll
    static void open() throws IOException {
        String kubeconfig = System.getenv("BACKENDIM_TEST_KUBECONFIG");
        Assumptions.assumeTrue(kubeconfig != null, "BACKENDIM_TEST_KUBECONFIG names no cluster");
        Path archive = PythonImage.archive();
        registry = new RegistryFixture(shared, RegistryLimits.DEFAULT, true).start();
        bases = new RegistryImageBases(
                new ImageBasesSettings(
                        ImageBasesSettings.Use.AUTO,
                        shared.resolve("spool"),
                        Map.of("python", PythonImage.reference()),
                        List.of(),
                        1L << 30),
                registry.registry(),
                reference -> {
                    throw new IllegalStateException("no base is pulled from elsewhere");
                },
                Platform.ofThisHost());
        try (InputStream in = Files.newInputStream(archive)) {
            bases.bring(ImageReference.parse(PythonImage.reference()), in);
        }
        cluster = Cluster.open(ClusterSettings.of(Path.of(kubeconfig)));
    }

    @AfterAll
    static void close() {
        if (cluster != null) {
            cluster.delete(Kind.NAMESPACE, Address.ofCluster(NAMESPACE), Cluster.Propagation.BACKGROUND);
            cluster.close();
            registry.close();
        }
    }

    @Override
    Cluster cluster() {
        return cluster;
    }

    @Override
    ImageBases bases() {
        return bases;
    }

    @Override
    String registry() {
        return "127.0.0.1:" + registry.port();
    }

    @Test
    void tooMuchMemoryIsToldByName() {
        Problem.StageFailed failed =
                failure(sandbox, script("held = bytearray(1 << 30)"), Optional.of("python3 main.py"));

        assertThat(failed.slug()).isEqualTo("out-of-memory");
    }
}
