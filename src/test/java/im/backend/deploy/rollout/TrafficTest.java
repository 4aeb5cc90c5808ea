package im.backend.deploy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.deploy.ports.DeploySettings;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.route.FakeRouter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final ProjectId SHOP = new ProjectId("admin-shop");
    private static final Hostname HOST = new Hostname("shop.localhost");

    private final FakeRouter router = new FakeRouter();
    private final Hosts hosts = new Hosts(DeploySettings.defaults("localhost", 8000));
    private final Traffic traffic = new Traffic(router, hosts);

    TrafficTest() {
        hosts.claim(new Project(SHOP, Instant.EPOCH, 1, Optional.empty()));
    }

    @Test
    void aCertificateThatIsOnItsWayIsWaitedFor() {
        router.unsecured(HOST, "the authority is asking", 2);

        assertThat(traffic.awaitSecured(SHOP, Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void aCertificateThatDoesNotComeIsToldWithItsCause() {
        router.unsecured(HOST, "the name leads nowhere", Integer.MAX_VALUE);

        assertThat(traffic.awaitSecured(SHOP, Duration.ofMillis(1)))
                .hasSize(1)
                .containsEntry(HOST, "the name leads nowhere");
    }
}
