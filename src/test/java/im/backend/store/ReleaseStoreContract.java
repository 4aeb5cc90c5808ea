package im.backend.store;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Deployment;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link ReleaseStore} must do. */
public abstract class ReleaseStoreContract {
    protected final SettableClock clock = new SettableClock();
    private Stores stores;
    private ReleaseStore releases;

    /** Empty ones, whose time is {@link #clock}. */
    protected abstract Stores open();

    @BeforeEach
    void openStores() {
        stores = open();
        releases = stores.releases();
        stores.projects().create(StoreSamples.SHOP);
        stores.projects().create(StoreSamples.BLOG);
    }

    @Test
    void aReleaseComesBackAsItWas() {
        Release released =
                release(StoreSamples.SHOP, 1, Map.of(new SecretName("db_url"), 4, new SecretName("session_key"), 1));

        assertThat(releases.find(StoreSamples.SHOP, new ReleaseVersion(1))).contains(released);
        assertThat(releases.latest(StoreSamples.SHOP)).contains(released);
    }

    @Test
    void anUnknownVersionIsNotFound() {
        release(StoreSamples.SHOP, 1, Map.of());

        assertThat(releases.find(StoreSamples.SHOP, new ReleaseVersion(2))).isEmpty();
        assertThat(releases.find(StoreSamples.BLOG, new ReleaseVersion(1))).isEmpty();
        assertThat(releases.latest(StoreSamples.BLOG)).isEmpty();
    }

    @Test
    void listsAreNewestFirstAndPaged() {
        for (int version = 1; version <= 12; version++) {
            release(StoreSamples.SHOP, version, Map.of(new SecretName("a"), version, new SecretName("b"), 1));
        }
        release(StoreSamples.BLOG, 1, Map.of());

        List<Release> page = releases.list(StoreSamples.SHOP, Integer.MAX_VALUE, 3);
        List<Release> next = releases.list(StoreSamples.SHOP, 10, 2);

        assertThat(page).extracting(release -> release.version().number()).containsExactly(12, 11, 10);
        assertThat(next).extracting(release -> release.version().number()).containsExactly(9, 8);
        assertThat(page.getFirst().secretVersions())
                .containsEntry(new SecretName("a"), 12)
                .hasSize(2);
        assertThat(releases.latest(StoreSamples.SHOP)).contains(page.getFirst());
    }

    @Test
    void theLiveOneOfEachProjectIsListed() {
        release(StoreSamples.SHOP, 1, Map.of(new SecretName("a"), 1, new SecretName("b"), 2));
        Release shop = release(StoreSamples.SHOP, 2, Map.of(new SecretName("a"), 1, new SecretName("b"), 2));
        Release blog = release(StoreSamples.BLOG, 1, Map.of());

        assertThat(releases.live()).containsExactly(blog, shop);
    }

    @Test
    void allKeptOnesAreListed() {
        Release first = release(StoreSamples.SHOP, 1, Map.of(new SecretName("a"), 1));
        Release second = release(StoreSamples.SHOP, 2, Map.of());
        Release blog = release(StoreSamples.BLOG, 1, Map.of());

        assertThat(releases.kept()).containsExactly(blog, second, first);
    }

    @Test
    void onlyTheNewestAreKept() {
        for (int version = 1; version <= 5; version++) {
            release(StoreSamples.SHOP, version, Map.of(new SecretName("a"), version));
        }
        Release blog = release(StoreSamples.BLOG, 1, Map.of());

        releases.keepNewest(StoreSamples.SHOP, 2);

        assertThat(releases.list(StoreSamples.SHOP, Integer.MAX_VALUE, 10))
                .extracting(release -> release.version().number())
                .containsExactly(5, 4);
        assertThat(releases.kept()).contains(blog).hasSize(3);
    }

    @Test
    void keepingMoreThanThereAreForgetsNone() {
        release(StoreSamples.SHOP, 1, Map.of());

        releases.keepNewest(StoreSamples.SHOP, 5);

        assertThat(releases.list(StoreSamples.SHOP, Integer.MAX_VALUE, 10)).hasSize(1);
    }

    @Test
    void aStoppedProjectsNewestOnesAreKept() {
        release(StoreSamples.SHOP, 1, Map.of());
        release(StoreSamples.SHOP, 2, Map.of());
        stores.projects().markStopped(StoreSamples.SHOP);

        releases.keepNewest(StoreSamples.SHOP, 1);

        assertThat(releases.latest(StoreSamples.SHOP).orElseThrow().version()).isEqualTo(new ReleaseVersion(2));
        assertThat(releases.kept()).hasSize(1);
    }

    private Release release(ProjectId project, int version, Map<SecretName, Integer> secrets) {
        Deployment deployment = stores.deployments()
                .open(StoreSamples.deployment(project, clock.instant()), StoreSamples.QUEUED, Optional.empty());
        Release release = StoreSamples.release(deployment, version, secrets);
        stores.deployments().complete(release, StoreSamples.completed(version));
        return release;
    }
}
