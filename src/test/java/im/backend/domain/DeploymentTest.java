package im.backend.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class DeploymentTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final DeploymentEvent.Completed COMPLETED =
            new DeploymentEvent.Completed(new ReleaseVersion(4), URI.create("http://shop.localhost:8000"), List.of());
    private static final DeploymentEvent.Failed FAILED = new DeploymentEvent.Failed(
            DeploymentStatus.BUILDING, "build-failed", "It failed.", "Mend it.", List.of("x"));

    private final Deployment queued = new Deployment(
            new DeploymentId(UUID.fromString("123e4567-e89b-12d3-a456-426614174000")),
            new ProjectId("admin-shop"),
            new CommitHash("0123456789abcdef0123456789abcdef01234567"),
            new UserName("admin"),
            Deployment.Origin.UPLOAD,
            Optional.empty(),
            START,
            DeploymentStatus.QUEUED,
            1,
            START,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    @Test
    void eachStatusIsEnteredInTurn() {
        Deployment state = queued;
        for (DeploymentStatus status : DeploymentStatus.values()) {
            if (!status.terminal()) {
                state = state.apply(logged(state, new DeploymentEvent.Entered(status, List.of())));
                assertThat(state.status()).isEqualTo(status);
            }
        }

        assertThat(state.lastSequence()).isEqualTo(8);
        assertThat(state.updatedAt()).isEqualTo(START.plusSeconds(8));
    }

    @Test
    void outputAndResumingCountButChangeNothing() {
        Deployment after = queued.apply(logged(queued, new DeploymentEvent.Output(List.of("line"))));
        after = after.apply(logged(after, new DeploymentEvent.Resumed(1)));

        assertThat(after.status()).isEqualTo(DeploymentStatus.QUEUED);
        assertThat(after.lastSequence()).isEqualTo(3);
    }

    @Test
    void completingGivesTheVersionAndTheAddress() {
        Deployment complete = queued.apply(logged(queued, COMPLETED));

        assertThat(complete.status()).isEqualTo(DeploymentStatus.COMPLETE);
        assertThat(complete.version()).contains(new ReleaseVersion(4));
        assertThat(complete.url()).contains(URI.create("http://shop.localhost:8000"));
        assertThat(complete.failure()).isEmpty();
    }

    @Test
    void failingKeepsTheReason() {
        Deployment failed = queued.apply(logged(queued, FAILED));

        assertThat(failed.status()).isEqualTo(DeploymentStatus.FAILED);
        assertThat(failed.failure()).contains(FAILED);
        assertThat(failed.version()).isEmpty();
    }

    @Test
    void nothingChangesAnEndedDeployment() {
        Deployment failed = queued.apply(logged(queued, FAILED));
        Deployment complete = queued.apply(logged(queued, COMPLETED));

        assertThat(failed.apply(logged(failed, COMPLETED))).isEqualTo(failed);
        assertThat(complete.apply(logged(complete, FAILED))).isEqualTo(complete);
    }

    @Test
    void theNineStatusesAreThoseOfTheContract() {
        assertThat(Arrays.stream(DeploymentStatus.values()).map(DeploymentStatus::wireName))
                .containsExactly(
                        "queued",
                        "committing",
                        "creating_namespace",
                        "creating_pvc",
                        "building",
                        "deploying",
                        "health_check",
                        "complete",
                        "failed");
        assertThat(DeploymentStatus.values())
                .allSatisfy(status -> assertThat(DeploymentStatus.ofWireName(status.wireName()))
                        .isEqualTo(status));
    }

    @Test
    void aTerminalStatusIsNotEntered() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeploymentEvent.Entered(DeploymentStatus.COMPLETE, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeploymentEvent.Entered(DeploymentStatus.FAILED, List.of()));
    }

    @Test
    void anOwnerMayUseTheirProjectAndAnAdministratorEach() {
        ProjectId shop = new ProjectId("bob-shop");

        assertThat(new Caller(new UserName("bob"), Caller.Role.MEMBER).mayUse(shop))
                .isTrue();
        assertThat(new Caller(new UserName("eve"), Caller.Role.MEMBER).mayUse(shop))
                .isFalse();
        assertThat(new Caller(new UserName("eve"), Caller.Role.ADMIN).mayUse(shop))
                .isTrue();
    }

    private static LoggedEvent logged(Deployment before, DeploymentEvent event) {
        long sequence = before.lastSequence() + 1;
        return new LoggedEvent(before.id(), sequence, START.plusSeconds(sequence), event);
    }
}
