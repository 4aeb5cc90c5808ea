package im.backend.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ScriptsE2E {
    @Test
    void theShellScriptsHaveNoFaultThatShellcheckKnows() {
        Assumptions.assumeTrue(Programs.present("shellcheck"), "shellcheck is needed (apt install shellcheck)");
        List<String> command = List.of("sh", "-c", "shellcheck dev install.sh src/main/sh/* src/test/machine/*");

        Ran.run(Path.of("").toAbsolutePath(), Map.of(), Duration.ofMinutes(1), command)
                .ok();
    }
}
