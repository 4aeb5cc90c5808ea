package im.backend.server.facts;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.config.ConfigReader;
import im.backend.wire.server.ServerBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerFactsTest {
    @TempDir
    Path folder;

    @Test
    void limitsAreShownInTheUnitsInWhichTheyAreSet() {
        Map<String, String> limits = new ServerLimits(
                        ConfigReader.read(null, Map.of("HOME", folder.toString()), Map.of("build.time-max", "90s"))
                                .config())
                .byName();

        assertThat(limits)
                .containsEntry("build time", "90s")
                .containsEntry("build memory", "2Gi")
                .containsEntry("upload", "100Mi")
                .containsEntry("free space", "512Mi")
                .containsEntry("wrong keys a minute and address", "20")
                .containsEntry("image uploads of one user", "256");
    }

    @Test
    void whoFillsTheDiskIsNamed() throws IOException {
        ServerBody.Check none = new AppData(folder.resolve("volumes")).check();
        Path data = Files.createDirectories(folder.resolve("volumes/admin-shop/data"));
        Files.write(data.resolve("shop.db"), new byte[3 << 20]);
        Files.createDirectories(folder.resolve("volumes/admin-blog/data"));

        ServerBody.Check check = new AppData(folder.resolve("volumes")).check();

        assertThat(none.detail()).isEqualTo("0 MiB in 0 projects");
        assertThat(check.detail()).isEqualTo("3 MiB in 2 projects, most of it of admin-shop (3 MiB)");
    }
}
