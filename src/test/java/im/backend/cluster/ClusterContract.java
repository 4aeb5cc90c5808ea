package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds on every API server: runs on the fake one and, where one is named, on a real one, which keeps the fake honest. */
abstract class ClusterContract {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final String namespace = "contract-" + UUID.randomUUID().toString().substring(0, 8);
    private Cluster cluster;

    abstract Cluster open();

    /** Runs last. */
    abstract void stop();

    @BeforeEach
    void createNamespace() {
        cluster = open();
        cluster.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name(namespace)));
    }

    @AfterEach
    void removeNamespace() {
        cluster.delete(Kind.NAMESPACE, Address.ofCluster(namespace), Cluster.Propagation.BACKGROUND);
        cluster.close();
        stop();
    }

    @Test
    void theServerSaysWhatItIs() {
        assertThat(cluster.version()).startsWith("v1.");
        assertThat(cluster.isReady()).isTrue();
    }

    @Test
    void whatIsAppliedIsThereAsGiven() {
        V1ConfigMap applied = cluster.apply(Kind.CONFIG_MAP, map("one", Map.of("a", "1")));

        assertThat(applied.getMetadata().getUid()).isNotEmpty();
        assertThat(cluster.get(Kind.CONFIG_MAP, at("one")).orElseThrow().getData())
                .isEqualTo(Map.of("a", "1"));
    }

    @Test
    void applyingAgainChangesNothing() {
        V1ConfigMap first = cluster.apply(Kind.CONFIG_MAP, map("one", Map.of("a", "1")));
        V1ConfigMap second = cluster.apply(Kind.CONFIG_MAP, map("one", Map.of("a", "1")));

        assertThat(second.getMetadata().getResourceVersion())
                .isEqualTo(first.getMetadata().getResourceVersion());
    }

    @Test
    void aFieldThatIsNoLongerGivenGoesAndThoseOfOthersStay() {
        cluster.apply(Kind.CONFIG_MAP, map("one", Map.of("mine", "1", "old", "1")));
        cluster.patch(Kind.CONFIG_MAP, at("one"), new MergePatch().set("1", "data", "theirs"));

        cluster.apply(Kind.CONFIG_MAP, map("one", Map.of("mine", "2")));

        assertThat(cluster.get(Kind.CONFIG_MAP, at("one")).orElseThrow().getData())
                .isEqualTo(Map.of("mine", "2", "theirs", "1"));
    }

    @Test
    void bytesOfASecretComeBack() {
        byte[] value = "s3cr\u00e9t".getBytes(StandardCharsets.UTF_8);
        cluster.apply(Kind.SECRET, new V1Secret().metadata(meta("keys")).data(Map.of("KEY", value)));

        assertThat(cluster.get(Kind.SECRET, at("keys")).orElseThrow().getData().get("KEY"))
                .isEqualTo(value);
    }

    @Test
    void whatIsNotThereIsEmpty() {
        assertThat(cluster.get(Kind.CONFIG_MAP, at("none"))).isEmpty();
        assertThat(cluster.list(Kind.CONFIG_MAP, Selection.in(namespace).labelled("x", "y")))
                .isEmpty();
    }

    @Test
    void creatingTwiceIsAConflict() {
        cluster.create(Kind.CONFIG_MAP, map("one", Map.of()));

        assertProblem(() -> cluster.create(Kind.CONFIG_MAP, map("one", Map.of())), "cluster-conflict", "AlreadyExists");
    }

    @Test
    void replacingWhatSomebodyHasChangedIsAConflict() {
        V1ConfigMap read = cluster.create(Kind.CONFIG_MAP, map("one", Map.of("a", "1")));
        cluster.patch(Kind.CONFIG_MAP, at("one"), new MergePatch().set("2", "data", "a"));

        assertProblem(() -> cluster.replace(Kind.CONFIG_MAP, read), "cluster-conflict", "Conflict");
    }

    @Test
    void whatIsWrongIsRefusedAtOnceInTheServersOwnWords() {
        assertProblem(
                () -> cluster.apply(Kind.CONFIG_MAP, map("Not_A_Name", Map.of())), "cluster-refused", "metadata.name");
    }

    @Test
    void aNamespaceThatIsNotThereIsTold() {
        V1ConfigMap lost = new V1ConfigMap()
                .metadata(new V1ObjectMeta().namespace("no-such-place").name("one"));

        assertProblem(() -> cluster.apply(Kind.CONFIG_MAP, lost), "cluster-absent", "no-such-place");
    }

    @Test
    void deletingWhatIsNotThereDoesNothing() {
        cluster.delete(Kind.CONFIG_MAP, at("none"), Cluster.Propagation.BACKGROUND);
    }

    @Test
    void deletingAnObjectLeavesOneOfTheSameNameThatWasMadeSince() {
        V1ConfigMap first = cluster.create(Kind.CONFIG_MAP, map("one", Map.of("n", "1")));
        cluster.delete(Kind.CONFIG_MAP, first, Cluster.Propagation.BACKGROUND);
        cluster.create(Kind.CONFIG_MAP, map("one", Map.of("n", "2")));

        cluster.delete(Kind.CONFIG_MAP, first, Cluster.Propagation.BACKGROUND);

        assertThat(cluster.get(Kind.CONFIG_MAP, at("one"))).isPresent();
    }

    @Test
    void aNamespaceGoesWithItsContents() {
        cluster.apply(Kind.CONFIG_MAP, map("one", Map.of()));

        cluster.deleteAndWait(Kind.NAMESPACE, Address.ofCluster(namespace), Duration.ofSeconds(60));

        assertThat(cluster.get(Kind.NAMESPACE, Address.ofCluster(namespace))).isEmpty();
        assertThat(cluster.get(Kind.CONFIG_MAP, at("one"))).isEmpty();
    }

    @Test
    void aWatchTellsWhatIsThereAndThenEachChange() {
        cluster.apply(Kind.CONFIG_MAP, labelled("before"));
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Watch watch = cluster.watch(
                Kind.CONFIG_MAP, Selection.in(namespace).labelled("app", "x"), change -> heard.add(word(change)))) {
            await().atMost(SOON).until(() -> heard.contains("all [before]"));

            V1ConfigMap made = cluster.apply(Kind.CONFIG_MAP, labelled("after"));
            cluster.apply(Kind.CONFIG_MAP, map("unlabelled", Map.of()));
            cluster.delete(Kind.CONFIG_MAP, made, Cluster.Propagation.BACKGROUND);

            await().atMost(SOON).until(() -> heard.contains("gone after"));
            assertThat(heard).containsExactly("all [before]", "present after", "gone after");
        }
    }

    private static String word(Change<V1ConfigMap> change) {
        return switch (change) {
            case Change.All<V1ConfigMap>(List<V1ConfigMap> all) ->
                "all " + all.stream().map(each -> each.getMetadata().getName()).toList();
            case Change.Present<V1ConfigMap>(V1ConfigMap object) ->
                "present " + object.getMetadata().getName();
            case Change.Gone<V1ConfigMap>(V1ConfigMap object) ->
                "gone " + object.getMetadata().getName();
        };
    }

    private V1ConfigMap labelled(String name) {
        V1ConfigMap map = map(name, Map.of());
        map.getMetadata().labels(Map.of("app", "x"));
        return map;
    }

    private V1ConfigMap map(String name, Map<String, String> data) {
        return new V1ConfigMap().metadata(meta(name)).data(data);
    }

    private V1ObjectMeta meta(String name) {
        return new V1ObjectMeta().namespace(namespace).name(name);
    }

    private Address at(String name) {
        return Address.in(namespace, name);
    }

    static void assertProblem(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String slug, String said) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, thrown -> {
            Problem problem = thrown.problem();
            assertThat(problem.slug()).isEqualTo(slug);
            assertThat(problem.detail()).contains(said);
        });
    }
}
