package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.host.HostSettings;
import im.backend.orchestrator.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A host without bubblewrap and control groups: real folders, limits per process, and the marker finds what is left. */
final class BareLocalOrchestratorTest extends LocalOrchestratorKit {
    @Override
    HostSettings.Use use() {
        return HostSettings.Use.NEVER;
    }

    @Test
    void memoryIsLimitedPerProcess() {
        String hog = "/usr/bin/python3 -c 'b = bytearray(1 << 30)'";
        Workload workload = limited(app(key(0), release('a'), hog), 256L << 20);

        start(workload);

        awaitLog("MemoryError");
    }

    @Test
    void aMountBelowAnotherIsCopiedTogether() throws IOException {
        Files.writeString(Files.createDirectories(data.resolve("library")).resolve("greeting.py"), "TEXT = 'hello'");
        Files.createDirectories(data.resolve("app/.deps"));
        String command = "/usr/bin/python3 -c 'import sys; sys.path.append(\"/app/.deps\"); import greeting;"
                + " print(greeting.TEXT)'";
        Workload base = app(key(0), release('a'), command);
        List<String> lines = new ArrayList<>();
        Workload nested = new Workload(
                base.key(),
                base.project(),
                base.release(),
                base.runtime(),
                base.command(),
                base.folder(),
                base.environment(),
                mounted(base, new Workload.Mount(data.resolve("library"), "/app/.deps")),
                base.volumes(),
                base.terms(),
                base.port());

        host.oneOff.run(nested, SOON, lines::add);

        assertThat(lines).containsExactly("hello");
        assertThat(data.resolve("app/.deps")).isEmptyDirectory();
    }
}
