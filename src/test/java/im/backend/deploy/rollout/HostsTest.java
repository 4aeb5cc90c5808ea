package im.backend.deploy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.deploy.ports.DeploySettings;
import im.backend.domain.CommitHash;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.store.InMemoryProjectStore;
import im.backend.store.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostsTest {
    private static final ProjectId FIRST = new ProjectId("admin-shop");
    private static final ProjectId SECOND = new ProjectId("bob-shop");
    private static final CommitHash COMMIT = new CommitHash("abcdef0123450000000000000000000000000000");

    private final Hosts hosts = new Hosts(DeploySettings.defaults("localhost", 8000));

    @Test
    void theFirstProjectOfANameHasTheShortHostAndTheSecondDoesWithout() {
        hosts.claim(project(FIRST));
        hosts.claim(project(SECOND));

        assertThat(hosts.of(FIRST))
                .containsExactly(new Hostname("shop.localhost"), new Hostname("shop-admin.localhost"));
        assertThat(hosts.of(SECOND)).containsExactly(new Hostname("shop-bob.localhost"));
    }

    @Test
    void aNameIsFreeAgainWhenItsProjectIsGone() {
        hosts.claim(project(FIRST));
        hosts.forget(FIRST);
        hosts.claim(project(SECOND));

        assertThat(hosts.of(SECOND)).contains(new Hostname("shop.localhost"));
    }

    @Test
    void aProjectThatIsCalledAsAnotherOnesStableHostDoesNotTakeIt() {
        ProjectId impostor = new ProjectId("bob-shop-admin");
        hosts.claim(project(impostor));
        hosts.claim(project(FIRST));

        assertThat(hosts.of(FIRST)).contains(new Hostname("shop-admin.localhost"));
        assertThat(hosts.of(impostor)).containsExactly(new Hostname("shop-admin-bob.localhost"));
    }

    @Test
    void aRestartChangesNobodysHost() {
        SettableClock clock = new SettableClock();
        InMemoryProjectStore store = new InMemoryProjectStore(clock);
        store.create(SECOND);
        clock.advance(Duration.ofSeconds(1));
        store.create(FIRST);

        hosts.load(store);

        assertThat(hosts.of(SECOND)).contains(new Hostname("shop.localhost"));
        assertThat(hosts.of(FIRST)).doesNotContain(new Hostname("shop.localhost"));
    }

    @Test
    void twoProjectsOfOneCommitDoNotShareItsHost() {
        hosts.claim(project(FIRST));
        hosts.claim(project(SECOND));

        assertThat(hosts.of(FIRST, COMMIT)).contains(new Hostname("abcdef012345.localhost"));
        assertThat(hosts.of(SECOND, COMMIT)).isEmpty();
        hosts.release(FIRST, COMMIT);
        assertThat(hosts.of(SECOND, COMMIT)).contains(new Hostname("abcdef012345.localhost"));
    }

    @Test
    void aProjectCalledAsACommitKeepsItsHost() {
        hosts.claim(project(new ProjectId("admin-abcdef012345")));

        assertThat(hosts.of(FIRST, COMMIT)).isEmpty();
    }

    @Test
    void urlsNameThePortUnlessItIsTheUsualOne() {
        hosts.claim(project(FIRST));
        Hosts plain = new Hosts(DeploySettings.defaults("apps.example.com", 80));

        assertThat(hosts.url(FIRST)).hasToString("http://shop.localhost:8000");
        assertThat(plain.url(FIRST)).hasToString("http://shop-admin.apps.example.com");
    }

    private static Project project(ProjectId id) {
        return new Project(id, Instant.EPOCH, 1, Optional.empty());
    }
}
