package im.backend.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageUrlTest {
    @Test
    void eachTypeIsWrittenAsItsToolsWriteIt() {
        assertThat(PackageUrl.python("Flask_SQLAlchemy", "3.1.1")).hasToString("pkg:pypi/flask-sqlalchemy@3.1.1");
        assertThat(PackageUrl.npm("@types/node", "20.1.0")).hasToString("pkg:npm/%40types/node@20.1.0");
        assertThat(PackageUrl.npm("express", "4.18.2")).hasToString("pkg:npm/express@4.18.2");
        assertThat(PackageUrl.go("github.com/BurntSushi/toml", "v1.3.2"))
                .hasToString("pkg:golang/github.com/burntsushi/toml@v1.3.2");
        assertThat(PackageUrl.go("github.com/docker/docker", "v20.10.7+incompatible"))
                .hasToString("pkg:golang/github.com/docker/docker@v20.10.7%2Bincompatible");
        assertThat(PackageUrl.maven("org.slf4j", "slf4j-api", "2.0.13"))
                .hasToString("pkg:maven/org.slf4j/slf4j-api@2.0.13");
        assertThat(PackageUrl.debian("libssl3", "1:3.0.11-1~deb12u2", Map.of("arch", "amd64", "distro", "debian-12")))
                .hasToString("pkg:deb/debian/libssl3@1:3.0.11-1~deb12u2?arch=amd64&distro=debian-12");
    }

    @ParameterizedTest
    @CsvSource({
        "pkg:npm/%40types/node@20.1.0, @types/node, 20.1.0",
        "pkg:npm/%40Types/Node@20.1.0, @types/node, 20.1.0",
        "pkg:PyPI/Django_Rest@3.0, django-rest, 3.0",
        "pkg:maven/org.slf4j/slf4j-api@2.0.13?type=jar#a/b, org.slf4j:slf4j-api, 2.0.13",
        "pkg:golang/golang.org/x/net@v0.17.0, golang.org/x/net, v0.17.0",
        "pkg:golang/stdlib@1.22.1, stdlib, 1.22.1",
        "pkg://pypi/h11@0.16.0, h11, 0.16.0"
    })
    void readsWhatOtherToolsWrite(String url, String fullName, String version) {
        PackageUrl read = PackageUrl.parse(url).orElseThrow();

        assertThat(read.fullName()).isEqualTo(fullName);
        assertThat(read.version()).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pkg:",
                "pkg:npm",
                "pkg:npm/express",
                "pkg:/express@1",
                "npm/express@1",
                "pkg:npm/@1",
                "pkg:npm/a@",
                "pkg:npm/%zz@1",
                "pkg:n m/a@1"
            })
    void whatIsNoUrlOfAVersionIsNone(String text) {
        assertThat(PackageUrl.parse(text)).isEmpty();
    }

    @Test
    void aNameWithoutEndIsRefused() {
        assertThatThrownBy(() -> PackageUrl.python("a".repeat(3_000), "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2048 characters at most");
        assertThat(PackageUrl.parse("pkg:npm/" + "a".repeat(9_000) + "@1")).isEmpty();
    }

    @Test
    void aNameThatWouldDriveATerminalIsRefused() {
        assertThatThrownBy(() -> PackageUrl.npm("a\u001b[31m", "1")).hasMessageContaining("control character");
        assertThat(PackageUrl.parse("pkg:npm/a%0Ab@1")).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadBack() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        String alphabet = "aZ09.-_~+%@ /:?#&=é漢";
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder("x");
            random.ints(random.nextInt(12), 0, alphabet.length()).forEach(at -> text.append(alphabet.charAt(at)));
            String name = text.toString().replace("/", "");
            PackageUrl written = PackageUrl.maven(text.toString().replaceAll("/+", "/"), name, name);

            assertThat(PackageUrl.parse(written.toString()))
                    .as(written.toString())
                    .contains(written);
        }
    }
}
