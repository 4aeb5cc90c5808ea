package im.backend.build.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.build.FakeImageBases;
import im.backend.build.ImageBase;
import im.backend.build.ImageBases;
import im.backend.build.ImageReference;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Faults.Fault;
import im.backend.domain.Digest;
import im.backend.e2e.PythonImage;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the API server of our own, whose pods are processes of this machine with its Python: no base is pulled. */
@Tag("slow")
final class PodSandboxTest extends PodSandboxContract {
    private static final Digest BASE = Digest.ofSha256Hex("b".repeat(64));

    @TempDir
    static Path shared;

    private static FakeCluster fake;
    private static Cluster cluster;

    @BeforeAll
    static void open() throws IOException {
        assumeThat(Path.of("/usr/bin/bwrap")).as("bubblewrap runs the pods").exists();
        assumeThat(Path.of("/usr/bin/python3")).as("the pods' Python").exists();
        fake = new FakeCluster(shared).start();
        fake.node().image("registry/python@" + BASE, Files.createDirectories(shared.resolve("base")));
        cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofSeconds(10)));
    }

    @AfterAll
    static void close() {
        if (fake != null) {
            cluster.close();
            fake.close();
        }
    }

    @Override
    Cluster cluster() {
        return cluster;
    }

    @Override
    ImageBases bases() {
        FakeImageBases bases = new FakeImageBases();
        bases.give(new ImageBase(ImageReference.parse(PythonImage.reference()), "python", BASE, 1, 1));
        return bases;
    }

    @Override
    String registry() {
        return "registry";
    }

    @Test
    void aBuildComesThroughCallsThatAreRefusedForNow() {
        fake.faults().on("create", "pods", new Fault.Answer(503, 0));
        fake.faults().on("apply", "pods", new Fault.Answer(503, 0));
        fake.faults().on("apply", "secrets", new Fault.CutAfter());
        fake.faults().on("exec", "pods", new Fault.Answer(500, 0), 0, 2);

        build(sandbox, script("print('hi', flush=True)"), Optional.of("python3 main.py"), Optional.empty());

        fake.faults().none();
        assertThat(lines).contains("hi");
    }

    @Test
    void aBuildWhoseStreamBreaksFailsAndLeavesNothing() {
        fake.faults().on("exec", "pods", new Fault.CutAfter(), 2, 1);

        Throwable failure = catchThrowable(() ->
                build(sandbox, script("print('hi', flush=True)"), Optional.of("python3 main.py"), Optional.empty()));

        fake.faults().none();
        assertThat(failure).isInstanceOf(ProblemException.class);
    }
}
