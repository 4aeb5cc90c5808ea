package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real FastAPI app with an old package, scanned without a network. */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ScanE2E {
    private static final Path ADVISORIES = temporaryFolder();

    @RegisterExtension
    static final PackagedServer server = new PackagedServer(
            "--set", "scan.tool=builtin", "--set", "scan.source=" + ADVISORIES, "--set", "scan.block=high");

    @TempDir
    Path folder;

    @Test
    void anOldPackageIsFoundAndAGraveOneDoesNotGoLive() throws IOException {
        advisory("GHSA-h5c8-rqwp-cp95", "jinja2", "3.1.3", "MODERATE");
        Path app = Folders.copyOfExample("fastapi-users", folder.resolve("app"));
        Files.writeString(
                app.resolve("requirements.txt"),
                Files.readString(app.resolve("requirements.txt")).stripTrailing()
                        + "\njinja2==3.1.2\nmarkupsafe==3.0.2\n");
        server.cli(app, "deploy").ok();

        Ran scan = server.cli(app, "scan").ok();
        assertThat(scan.out())
                .contains("medium    jinja2   3.1.2    3.1.3     GHSA-h5c8-rqwp-cp95")
                .contains("findings: 1 medium");
        server.cli(app, "scan", "--fail-on", "medium").exits(1);
        server.cli(app, "scan", "--fail-on", "high").ok();
        assertThat(server.cli(app, "release", "info").ok().out()).contains("1 medium (");
        assertThat(server.cli(app, "sbom").ok().out())
                .contains("\"bomFormat\" : \"CycloneDX\"")
                .contains("pkg:pypi/fastapi@")
                .contains("pkg:pypi/jinja2@3.1.2");

        advisory("GHSA-grave", "h11", "99.0", "CRITICAL");
        Folders.write(app.resolve("extra.py"), "CHANGED = True\n");
        Ran blocked = server.cli(app, "deploy").exits(6);

        assertThat(blocked.err())
                .contains("a known fault at or above high")
                .contains("h11")
                .contains("Update h11 to 99.0");
        assertThat(server.cli(app, "release", "info").ok().out())
                .as("the old release is live")
                .contains("v1")
                .contains("1 critical, 1 medium (");
    }

    private static void advisory(String id, String name, String fixed, String severity) throws IOException {
        Files.writeString(ADVISORIES.resolve(id + ".json"), """
            {"id": "%s", "modified": "2024-01-01T00:00:00Z", "summary": "A fault of %s",
             "affected": [{"package": {"name": "%s", "ecosystem": "PyPI"},
               "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "%s"}]}]}],
             "database_specific": {"severity": "%s"}}
            """.formatted(id, name, name, fixed, severity));
    }

    private static Path temporaryFolder() {
        try {
            Path made = Files.createTempDirectory("advisories");
            made.toFile().deleteOnExit();
            return made;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
