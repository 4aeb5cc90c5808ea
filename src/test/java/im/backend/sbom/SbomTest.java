package im.backend.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SbomTest {
    private static final List<PackageUrl> PACKAGES = List.of(
            PackageUrl.npm("@types/node", "20.1.0"),
            PackageUrl.python("jinja2", "3.1.2"),
            PackageUrl.maven("org.slf4j", "slf4j-api", "2.0.13"));

    @Test
    void theDocumentIsCycloneDx() throws IOException {
        JsonNode document = JsonMapper.builder()
                .build()
                .readTree(Sbom.of("admin-shop", PACKAGES).json());

        assertThat(document.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(document.path("specVersion").asText()).isEqualTo("1.6");
        assertThat(document.path("serialNumber").asText())
                .matches("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
        assertThat(document.at("/metadata/component/name").asText()).isEqualTo("admin-shop");
        assertThat(document.path("components"))
                .extracting(one -> one.path("purl").asText())
                .containsExactly(
                        "pkg:maven/org.slf4j/slf4j-api@2.0.13",
                        "pkg:npm/%40types/node@20.1.0",
                        "pkg:pypi/jinja2@3.1.2");
        assertThat(document.at("/components/1/group").asText()).isEqualTo("@types");
        assertThat(document.at("/components/1/name").asText()).isEqualTo("node");
    }

    @Test
    void theSamePackagesInAnyOrderGiveTheSameBytes() {
        Sbom one = Sbom.of("admin-shop", PACKAGES);
        Sbom other = Sbom.of("admin-shop", List.of(PACKAGES.get(2), PACKAGES.get(1), PACKAGES.get(0), PACKAGES.get(1)));

        assertThat(other.bytes()).isEqualTo(one.bytes());
        assertThat(Sbom.of("admin-blog", PACKAGES).json()).isNotEqualTo(one.json());
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Sbom written = Sbom.of("admin-shop", PACKAGES);

        assertThat(Sbom.parse(written.json())).isEqualTo(written);
    }

    @Test
    void anotherDocumentIsRefused() {
        assertThatThrownBy(() -> Sbom.parse("[]")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Sbom.parse("{\"components\":")).isInstanceOf(IOException.class);
    }
}
