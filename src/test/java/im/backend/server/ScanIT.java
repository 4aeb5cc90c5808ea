package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import im.backend.sbom.PackageUrl;
import im.backend.scan.Finding;
import im.backend.scan.Severity;
import im.backend.server.HttpProbe.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a release is made of and what is wrong with it, over HTTP. */
class ScanIT {
    private static final PackageUrl OLD_JINJA = PackageUrl.python("jinja2", "3.1.2");

    private static final String[] ALICE = {"Authorization", "Bearer alice"};
    private static final String[] BOB = {"Authorization", "Bearer bob"};

    @TempDir
    private Path folder;

    private ApiFixture server;
    private HttpProbe http;

    @BeforeEach
    void start() {
        server = new ApiFixture(folder, new im.backend.api.http.ApiSettings.Rates(10_000, 10_000, 10_000));
        http = new HttpProbe(server.uri());
        server.images.givePackages(List.of(OLD_JINJA));
        String id = http.json(
                        "POST", "/api/deploy", "{\"files\":{\"main.py\":\"print(1)\"},\"projectName\":\"shop\"}", ALICE)
                .is(202)
                .text("/deploymentId");
        http.watch("/ws?deploymentId=" + id, ALICE);
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    @Test
    void aReleaseIsScannedAsOfNow() {
        assertThat(http.get("/v1/projects/shop/releases/v1/scan", ALICE).is(200).at("/findings"))
                .isEmpty();
        server.scanner.find(new Finding(
                "GHSA-1", List.of("CVE-1"), OLD_JINJA, Severity.HIGH, "A fault", List.of("3.1.3"), Optional.empty()));

        JsonNode scan =
                http.get("/v1/projects/shop/releases/1/scan", ALICE).is(200).json();

        assertThat(scan.path("version").asText()).isEqualTo("v1");
        assertThat(scan.path("packages").asInt()).isEqualTo(1);
        assertThat(scan.path("counts").toString())
                .isEqualTo("{\"critical\":0,\"high\":1,\"medium\":0,\"low\":0,\"unknown\":0}");
        assertThat(scan.at("/findings/0/packageUrl").asText()).isEqualTo("pkg:pypi/jinja2@3.1.2");
        assertThat(scan.at("/findings/0/fixedIn/0").asText()).isEqualTo("3.1.3");
    }

    @Test
    void theBillOfMaterialsIsCycloneDx() {
        Answer answer = http.get("/v1/projects/shop/releases/v1/sbom", ALICE).is(200);

        assertThat(answer.header("Content-Type")).isEqualTo("application/vnd.cyclonedx+json");
        assertThat(answer.text("/specVersion")).isEqualTo("1.6");
        assertThat(answer.json().at("/components/0/purl").asText()).isEqualTo("pkg:pypi/jinja2@3.1.2");
    }

    @Test
    void strangersAndOtherVersionsFindNothing() {
        http.get("/v1/projects/alice-shop/releases/v1/scan", BOB).is(404);
        http.get("/v1/projects/alice-shop/releases/v1/sbom", BOB).is(404);
        http.get("/v1/projects/shop/releases/v7/sbom", ALICE).is(404);
        http.get("/v1/projects/shop/releases/x/scan", ALICE).is(400);
    }
}
