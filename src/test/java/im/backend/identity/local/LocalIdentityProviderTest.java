package im.backend.identity.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.file.PrivateFile;
import im.backend.problem.Problem;
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

final class LocalIdentityProviderTest {
    @TempDir
    private Path folder;

    @Test
    void theKeyThatTheFirstStartWroteIsTheAdministrators() throws IOException {
        LocalIdentityProvider provider = start();

        assertThat(key()).matches("bim_[A-Za-z0-9_-]{43}");
        assertThat(provider.authenticate(key())).isEqualTo(new Caller(new UserName("admin"), Caller.Role.ADMIN));
    }

    @Test
    void onlyTheServersUserMayReadTheKeyAndTheServerKeepsItsHashAlone() throws IOException {
        start();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("admin.key"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(folder.resolve("keys/admin.sha256")))
                .doesNotContain(key())
                .matches("[0-9a-f]{64}\n");
    }

    @Test
    void aSecondStartChangesNothing() throws IOException {
        start();
        String first = key();

        assertThat(start().authenticate(first)).isNotNull();
        assertThat(key()).isEqualTo(first);
    }

    @Test
    void theKeyIsGoodWhenItsFileWasPutAway() throws IOException {
        start();
        String key = key();
        Files.delete(folder.resolve("admin.key"));

        assertThat(start().authenticate(key)).isNotNull();
        assertThat(folder.resolve("admin.key")).doesNotExist();
    }

    @Test
    void aStartThatWasKilledBetweenTheTwoFilesIsFinished() throws IOException {
        start();
        String key = key();
        Files.delete(folder.resolve("keys/admin.sha256"));

        assertThat(start().authenticate(key)).isNotNull();
        assertThat(key()).isEqualTo(key);
    }

    @Test
    void whoLosesTheKeyGetsANewOne() throws IOException {
        start();
        String lost = key();
        Files.delete(folder.resolve("admin.key"));
        Files.delete(folder.resolve("keys/admin.sha256"));

        LocalIdentityProvider provider = start();

        assertThat(provider.authenticate(key())).isNotNull();
        assertThatThrownBy(() -> provider.authenticate(lost)).hasMessageContaining("bad-credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bim_", "admin", "bim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\0", "ü"})
    void anyOtherKeyIsRefused(String key) {
        LocalIdentityProvider provider = start();

        assertThatThrownBy(() -> provider.authenticate(key)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(Problem.Unauthenticated.class);
            assertThat(refused.problem().slug()).isEqualTo("bad-credentials");
        });
    }

    @Test
    void neighboursOfTheKeyAreRefused() throws IOException {
        LocalIdentityProvider provider = start();
        String key = key();

        for (String near : new String[] {key + " ", key + "a", key.substring(1), key.toLowerCase(), key.repeat(500)}) {
            assertThatThrownBy(() -> provider.authenticate(near)).hasMessageContaining("bad-credentials");
        }
    }

    @Test
    void aDamagedHashStopsTheStart() throws IOException {
        start();
        Files.writeString(folder.resolve("keys/admin.sha256"), "x");

        assertThatThrownBy(this::start).hasMessageContaining("admin-key-damaged");
    }

    @Test
    void onlyTheAdministratorHasAProfile() {
        LocalIdentityProvider provider = start();

        assertThat(provider.profile(new UserName("admin")).email()).contains("@");
        assertThatThrownBy(() -> provider.profile(new UserName("bob"))).hasMessageContaining("not-found");
    }

    private LocalIdentityProvider start() {
        PrivateFile hash = new PrivateFile(folder.resolve("keys"), "admin.sha256");
        new FirstAdmin(new PrivateFile(folder, "admin.key"), hash, new SecureRandom()).start();
        LocalIdentityProvider provider = new LocalIdentityProvider(hash);
        provider.start();
        return provider;
    }

    private String key() throws IOException {
        return Files.readString(folder.resolve("admin.key")).strip();
    }
}
