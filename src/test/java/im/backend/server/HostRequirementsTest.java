package im.backend.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.config.ServerConfig;
import im.backend.config.ServerConfig.Use;
import im.backend.host.HostFacts;
import im.backend.host.HostFacts.SandboxKind;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HostRequirementsTest {
    private static final HostFacts BARE = new HostFacts(
            SandboxKind.NONE, "bwrap is not installed.", "apt install bubblewrap", Map.of("memory", "rlimits"));
    private static final HostFacts FULL =
            new HostFacts(SandboxKind.USER_NAMESPACE, "", "", Map.of("memory", "cgroup v2", "cpu", "cgroup v2"));

    @Test
    void aSandboxThatIsRequiredAndMissingKeepsTheServerDownAndSaysHowToGetOne() {
        assertThatThrownBy(() -> requirements(Use.REQUIRED, Use.AUTO).check(BARE))
                .hasMessageContaining("sandbox-missing")
                .hasMessageContaining("local.sandbox")
                .hasMessageContaining("apt install bubblewrap");
    }

    @Test
    void controlGroupsThatAreRequiredAndMissingKeepTheServerDown() {
        assertThatThrownBy(() -> requirements(Use.AUTO, Use.REQUIRED).check(BARE))
                .hasMessageContaining("control-groups-missing")
                .hasMessageContaining("rlimits");
    }

    @Test
    void whatIsThereOrNotRequiredIsFine() {
        assertThatCode(() -> requirements(Use.REQUIRED, Use.REQUIRED).check(FULL))
                .doesNotThrowAnyException();
        assertThatCode(() -> requirements(Use.AUTO, Use.AUTO).check(BARE)).doesNotThrowAnyException();
    }

    private static HostRequirements requirements(Use sandbox, Use controlGroups) {
        return new HostRequirements(new ServerConfig.Local(0, 1, 2, sandbox, controlGroups));
    }
}
