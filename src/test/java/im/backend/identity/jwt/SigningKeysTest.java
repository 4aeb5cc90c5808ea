package im.backend.identity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.file.PrivateFile;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SigningKeysTest {
    @TempDir
    private Path folder;

    @Test
    void onlyTheServersUserMayReadTheKeys() throws IOException {
        Path keys = folder.resolve("keys");

        new SigningKeys(new PrivateFile(keys, "signing.jwk"), new SecureRandom()).start();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.resolve("signing.jwk"))))
                .isEqualTo("rw-------");
    }

    @Test
    void twoServersHaveDifferentKeys() {
        SigningKeys one = new SigningKeys(new PrivateFile(folder, "one"), new SecureRandom());
        SigningKeys two = new SigningKeys(new PrivateFile(folder, "two"), new SecureRandom());
        one.start();
        two.start();

        assertThat(one.newest().key().toByteArray())
                .isNotEqualTo(two.newest().key().toByteArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"keys\":[]}",
                "not JSON",
                "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"c2hvcnQ\"}]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"a\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"
            })
    void damagedKeysAreRefusedAndLeftAlone(String content) throws IOException {
        Path file = folder.resolve("signing.jwk");
        Files.writeString(file, content);
        SigningKeys keys = new SigningKeys(new PrivateFile(folder, "signing.jwk"), new SecureRandom());

        assertThatThrownBy(keys::start)
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("signing-keys-damaged")
                .hasMessageContaining("Remove it");
        assertThat(file).hasContent(content);
    }
}
