package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each call, with each fault of the API server: it has its effect once, or says that it has not. */
final class ClusterFaultsTest {
    private static final String SPACE = "space";

    /** @param check what holds once the call is done, whatever went wrong on the way */
    private record Verb(String name, Consumer<Cluster> call, Consumer<ObjectStore> check) {}

    private static final Map<String, Faults.Fault> PASSING = Map.of(
            "429 with Retry-After", new Faults.Fault.Answer(429, 1),
            "429", new Faults.Fault.Answer(429, 0),
            "500", new Faults.Fault.Answer(500, 0),
            "502", new Faults.Fault.Answer(502, 0),
            "503", new Faults.Fault.Answer(503, 0),
            "504", new Faults.Fault.Answer(504, 0),
            "a cut before it is done", new Faults.Fault.CutBefore(),
            "a cut after it is done", new Faults.Fault.CutAfter(),
            "a cut within the answer", new Faults.Fault.CutWithin(),
            "an answer slower than the limit", new Faults.Fault.Slow(Duration.ofMillis(1500)));

    @TempDir
    Path folder;

    private FakeCluster fake;
    private Cluster cluster;

    @BeforeEach
    void start() {
        fake = new FakeCluster(folder).start();
        cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig())
                .withCallTimeout(Duration.ofSeconds(1))
                .withPatience(Duration.ofSeconds(15)));
        fake.store().create(ObjectKey.namespace(SPACE), FakeApi.JSON.createObjectNode());
    }

    @AfterEach
    void stop() {
        cluster.close();
        fake.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCallComesThroughEveryPassingFault() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Verb verb : verbs()) {
            PASSING.forEach((name, fault) -> tests.add(DynamicTest.dynamicTest(verb.name() + " with " + name, () -> {
                reset();
                fake.faults().on(verb.name(), "configmaps", fault);

                verb.call().accept(cluster);

                verb.check().accept(fake.store());
                assertThat(fake.faults().count(verb.name(), "configmaps")).isEqualTo(2);
            })));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> noCallIsRepeatedAfterADefiniteRefusal() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Verb verb : verbs()) {
            for (int code : List.of(400, 403, 422)) {
                tests.add(DynamicTest.dynamicTest(verb.name() + " with " + code, () -> {
                    reset();
                    fake.faults().on(verb.name(), "configmaps", new Faults.Fault.Answer(code, 0));

                    ClusterContract.assertProblem(
                            () -> verb.call().accept(cluster),
                            code == 403 ? "cluster-denied" : "cluster-refused",
                            "scripted refusal");
                    assertThat(fake.faults().count(verb.name(), "configmaps")).isEqualTo(1);
                }));
            }
        }
        return tests.stream();
    }

    @Test
    void aWatchEndsWithItsClusterThoughNobodyClosesIt() {
        cluster.watch(Kind.CONFIG_MAP, Selection.in(SPACE), change -> {});
        await().until(() -> fake.faults().count("watch", "configmaps") == 1);

        cluster.close();

        await().during(Duration.ofSeconds(1)).until(() -> fake.faults().count("watch", "configmaps") == 1);
    }

    @Test
    void anApplyIsRepeatedAfterAConflictThatItHasNotAskedFor() {
        reset();
        fake.faults().on("apply", "configmaps", new Faults.Fault.Answer(409, 0), 0, 2);

        cluster.apply(Kind.CONFIG_MAP, map("new"));

        assertThat(fake.faults().count("apply", "configmaps")).isEqualTo(3);
    }

    @Test
    void aDeletionThatWasOvertakenIsNotTakenForDone() {
        reset();
        V1ConfigMap one = cluster.get(Kind.CONFIG_MAP, Address.in(SPACE, "one")).orElseThrow();
        fake.faults().on("delete", "configmaps", new Faults.Fault.Answer(409, 0));

        cluster.delete(Kind.CONFIG_MAP, one, Cluster.Propagation.BACKGROUND);

        assertThat(fake.store().list(Kind.CONFIG_MAP, SPACE)).isEmpty();
        assertThat(fake.faults().count("delete", "configmaps")).isEqualTo(2);
    }

    @Test
    void aCreationWhoseAnswerWasLostIsToldAsAConflictAndNeverMadeTwice() {
        fake.faults().on("create", "configmaps", new Faults.Fault.CutAfter());

        ClusterContract.assertProblem(
                () -> cluster.create(Kind.CONFIG_MAP, map("new")), "cluster-conflict", "already exists");
        assertThat(fake.store().list(Kind.CONFIG_MAP, SPACE)).hasSize(1);
    }

    @Test
    void patienceEnds() {
        Cluster hasty = Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofMillis(300)));
        try (hasty) {
            fake.faults().on("*", "*", new Faults.Fault.Answer(503, 0), 0, Integer.MAX_VALUE);

            ClusterContract.assertProblem(
                    () -> hasty.get(Kind.CONFIG_MAP, Address.in(SPACE, "one")), "cluster-busy", "unable to handle");
        }
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        Path kubeconfig = fake.kubeconfig();
        fake.close();
        try (Cluster lonely = Cluster.open(ClusterSettings.of(kubeconfig).withPatience(Duration.ofMillis(300)))) {
            ClusterContract.assertProblem(lonely::version, "cluster-unreachable", "ask for the version");
            assertThat(lonely.isReady()).isFalse();
        }
    }

    @RepeatedTest(20)
    void anInterruptEndsTheWaiting() throws InterruptedException {
        fake.faults().on("*", "*", new Faults.Fault.Answer(503, 0), 0, Integer.MAX_VALUE);
        List<String> said = new ArrayList<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                cluster.get(Kind.CONFIG_MAP, Address.in(SPACE, "one"));
            } catch (ProblemException refused) {
                said.add(refused.problem().slug() + " " + Thread.currentThread().isInterrupted());
            }
        });

        caller.interrupt();
        caller.join(Duration.ofSeconds(5));

        assertThat(said).containsExactly("cluster-unreachable true");
    }

    private List<Verb> verbs() {
        ObjectKey one = new ObjectKey(Kind.CONFIG_MAP, SPACE, "one");
        Address at = Address.in(SPACE, "one");
        return List.of(
                new Verb(
                        "get", each -> assertThat(each.get(Kind.CONFIG_MAP, at)).isPresent(), store -> {}),
                new Verb(
                        "list",
                        each -> assertThat(each.list(Kind.CONFIG_MAP, Selection.in(SPACE)))
                                .hasSize(1),
                        store -> {}),
                new Verb(
                        "apply",
                        each -> each.apply(Kind.CONFIG_MAP, map("new")),
                        store -> assertThat(store.list(Kind.CONFIG_MAP, SPACE)).hasSize(2)),
                new Verb(
                        "patch",
                        each -> each.patch(Kind.CONFIG_MAP, at, new MergePatch().set("2", "data", "a")),
                        store -> assertThat(store.get(one)
                                        .orElseThrow()
                                        .at("/data/a")
                                        .asText())
                                .isEqualTo("2")),
                new Verb(
                        "delete",
                        each -> each.delete(Kind.CONFIG_MAP, at, Cluster.Propagation.BACKGROUND),
                        store -> assertThat(store.get(one)).isEmpty()));
    }

    private void reset() {
        fake.close();
        start();
        fake.store().create(new ObjectKey(Kind.CONFIG_MAP, SPACE, "one"), FakeApi.JSON.createObjectNode());
    }

    private static V1ConfigMap map(String name) {
        return new V1ConfigMap().metadata(new V1ObjectMeta().namespace(SPACE).name(name));
    }
}
