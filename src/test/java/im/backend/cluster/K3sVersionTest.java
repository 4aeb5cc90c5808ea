package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class K3sVersionTest {
    @Test
    void whatIsTestedIsWhatIsInstalled() throws IOException {
        assertThat(Files.readAllLines(Path.of("install.sh")))
                .contains("readonly K3S_VERSION=" + K3s.VERSION.replace("-k3s", "+k3s"));
    }
}
