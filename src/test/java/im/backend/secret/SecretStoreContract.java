package im.backend.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.SettableClock;
import im.backend.store.StoreSamples;
import im.backend.store.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link SecretStore} must do. */
public abstract class SecretStoreContract {
    private static final SecretName DB_URL = new SecretName("db_url");

    protected final SettableClock clock = new SettableClock();
    private Stores stores;
    private SecretStore secrets;

    /** A secret store and the stores whose releases name its versions. */
    public record Opened(Stores stores, SecretStore secrets) {}

    /** Empty ones, whose time is {@link #clock}. */
    protected abstract Opened open();

    @BeforeEach
    void openStores() {
        Opened opened = open();
        stores = opened.stores();
        secrets = opened.secrets();
        stores.projects().create(StoreSamples.SHOP);
        stores.projects().create(StoreSamples.BLOG);
    }

    @Test
    void aValueIsRevealedAsItWasPut() {
        List<String> values = List.of(
                "", "x", "postgres://u:p@h/db", "multi\nline\r\n\ttab", "ü 🚀", "a".repeat(SecretValue.BYTES_MAX));

        for (String value : values) {
            int version = secrets.put(StoreSamples.SHOP, DB_URL, new SecretValue(value));

            assertThat(secrets.reveal(StoreSamples.SHOP, DB_URL, version).reveal())
                    .isEqualTo(value);
        }
    }

    @Test
    void eachPutIsANewVersionAndTheOldOnesStay() {
        int first = put("one");
        int second = put("two");

        assertThat(List.of(first, second)).containsExactly(1, 2);
        assertThat(reveal(1)).isEqualTo("one");
        assertThat(reveal(2)).isEqualTo("two");
    }

    @Test
    void whatDoesNotExistIsMissing() {
        put("one");

        assertMissing(() -> reveal(2));
        assertMissing(() -> secrets.reveal(StoreSamples.SHOP, new SecretName("other"), 1));
        assertMissing(() -> secrets.reveal(StoreSamples.BLOG, DB_URL, 1));
    }

    @Test
    void theListIsSortedByNameAndHasTheNewestVersion() {
        secrets.put(StoreSamples.SHOP, new SecretName("b"), new SecretValue("1"));
        secrets.put(StoreSamples.SHOP, new SecretName("B"), new SecretValue("1"));
        secrets.put(StoreSamples.SHOP, new SecretName("a_2"), new SecretValue("1"));
        clock.advance(Duration.ofMinutes(1));
        secrets.put(StoreSamples.SHOP, new SecretName("b"), new SecretValue("2"));

        List<SecretInfo> list = secrets.list(StoreSamples.SHOP);

        assertThat(list).extracting(info -> info.name().value()).containsExactly("B", "a_2", "b");
        assertThat(list).extracting(SecretInfo::version).containsExactly(1, 1, 2);
        assertThat(list.getLast().updatedAt()).isEqualTo(clock.instant());
        assertThat(secrets.list(StoreSamples.BLOG)).isEmpty();
    }

    @Test
    void equalValuesOfAProjectHaveEqualFingerprintsAndNoOthers() {
        secrets.put(StoreSamples.SHOP, new SecretName("a"), new SecretValue("same"));
        secrets.put(StoreSamples.SHOP, new SecretName("b"), new SecretValue("same"));
        secrets.put(StoreSamples.SHOP, new SecretName("c"), new SecretValue("other"));
        secrets.put(StoreSamples.BLOG, new SecretName("a"), new SecretValue("same"));

        List<SecretInfo> shop = secrets.list(StoreSamples.SHOP);

        assertThat(shop.get(0).fingerprint())
                .isEqualTo(shop.get(1).fingerprint())
                .isNotEqualTo(shop.get(2).fingerprint());
        assertThat(secrets.list(StoreSamples.BLOG).getFirst().fingerprint())
                .isNotEqualTo(shop.getFirst().fingerprint());
    }

    @Test
    void onlyTheNewestVersionsAreKept() {
        for (int i = 1; i <= SecretStore.VERSIONS_MAX + 3; i++) {
            put("value " + i);
        }

        assertMissing(() -> reveal(3));
        assertThat(reveal(4)).isEqualTo("value 4");
        assertThat(reveal(SecretStore.VERSIONS_MAX + 3)).isEqualTo("value " + (SecretStore.VERSIONS_MAX + 3));
    }

    @Test
    void aVersionThatAKeptReleaseNamesIsNotForgotten() {
        put("one");
        release(1, Map.of(DB_URL, 1));
        for (int i = 2; i <= SecretStore.VERSIONS_MAX + 5; i++) {
            put("value " + i);
        }

        assertThat(reveal(1)).isEqualTo("one");
        assertMissing(() -> reveal(2));
    }

    @Test
    void aDeletedSecretIsGone() {
        put("one");

        assertThat(secrets.delete(StoreSamples.SHOP, DB_URL)).isTrue();

        assertThat(secrets.list(StoreSamples.SHOP)).isEmpty();
        assertMissing(() -> reveal(1));
        assertThat(secrets.delete(StoreSamples.SHOP, DB_URL)).isFalse();
    }

    @Test
    void aDeletedSecretStaysReadableForARollback() {
        put("one");
        put("two");
        release(1, Map.of(DB_URL, 1));

        secrets.delete(StoreSamples.SHOP, DB_URL);

        assertThat(secrets.list(StoreSamples.SHOP)).isEmpty();
        assertThat(reveal(1)).isEqualTo("one");
        assertMissing(() -> reveal(2));
    }

    @Test
    void aVersionNumberNeverGetsAnotherValue() {
        put("one");
        secrets.delete(StoreSamples.SHOP, DB_URL);

        assertThat(put("two")).isEqualTo(2);
        assertMissing(() -> reveal(1));
    }

    @Test
    void thereIsALimitOfSecretsPerProject() {
        for (int i = 0; i < SecretStore.SECRETS_MAX; i++) {
            secrets.put(StoreSamples.SHOP, new SecretName("s" + i), new SecretValue("v"));
        }

        assertThatThrownBy(() -> put("one too many")).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(Problem.Forbidden.class);
            assertThat(refused.problem().slug()).isEqualTo("quota-exceeded");
        });
        assertThat(secrets.put(StoreSamples.SHOP, new SecretName("s0"), new SecretValue("again")))
                .isEqualTo(2);
        secrets.delete(StoreSamples.SHOP, new SecretName("s1"));
        assertThat(put("room again")).isEqualTo(1);
    }

    @Test
    void deletingAllLeavesOtherProjectsAlone() {
        put("one");
        secrets.put(StoreSamples.BLOG, DB_URL, new SecretValue("blog"));

        secrets.deleteAll(StoreSamples.SHOP);

        assertThat(secrets.list(StoreSamples.SHOP)).isEmpty();
        assertMissing(() -> reveal(1));
        assertThat(secrets.reveal(StoreSamples.BLOG, DB_URL, 1).reveal()).isEqualTo("blog");
    }

    @Test
    void putsAtOnceGetVersionsOfTheirOwn() throws Exception {
        List<Callable<Integer>> puts = IntStream.range(0, 10)
                .mapToObj(i -> (Callable<Integer>) () -> put("value " + i))
                .toList();

        List<Integer> versions = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> put : threads.invokeAll(puts)) {
                versions.add(put.get());
            }
        }

        assertThat(versions).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    private int put(String value) {
        return secrets.put(StoreSamples.SHOP, DB_URL, new SecretValue(value));
    }

    private String reveal(int version) {
        return secrets.reveal(StoreSamples.SHOP, DB_URL, version).reveal();
    }

    private void release(int version, Map<SecretName, Integer> named) {
        var deployment = stores.deployments()
                .open(
                        StoreSamples.deployment(StoreSamples.SHOP, clock.instant()),
                        StoreSamples.QUEUED,
                        Optional.empty());
        stores.deployments()
                .complete(StoreSamples.release(deployment, version, named), StoreSamples.completed(version));
    }

    private static void assertMissing(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().slug()).isEqualTo("secret-missing"));
    }
}
