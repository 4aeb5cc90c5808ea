package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the fake API server, and what only that one can be made to do. */
final class ClusterTest extends ClusterContract {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private FakeCluster fake;

    @Override
    Cluster open() {
        fake = new FakeCluster(folder).start();
        return another();
    }

    @Override
    void stop() {
        fake.close();
    }

    @Test
    void aListOfManyPagesHasEachOnce() {
        try (Cluster cluster = another()) {
            many(1100);

            List<V1ConfigMap> all = cluster.list(Kind.CONFIG_MAP, Selection.in("many"));

            assertThat(all).hasSize(1100);
            assertThat(names(all)).hasSize(1100);
            assertThat(fake.faults().count("list", "configmaps")).isEqualTo(3);
        }
    }

    @Test
    void aListThatTakesLongerThanTheServerRemembersBeginsAnew() {
        try (Cluster cluster = another()) {
            many(600);
            fake.faults().on("list", "configmaps", new Faults.Fault.Answer(410, 0), 1, 1);

            assertThat(names(cluster.list(Kind.CONFIG_MAP, Selection.in("many"))))
                    .hasSize(600);
        }
    }

    @Test
    void aWatchGoesOnOverCutsRefusalsAndForgottenHistory() {
        try (Cluster cluster = another()) {
            many(1);
            Set<String> present = new ConcurrentSkipListSet<>();
            AtomicInteger lists = new AtomicInteger();
            try (Watch watch = cluster.watch(Kind.CONFIG_MAP, Selection.in("many"), change -> {
                switch (change) {
                    case Change.All<V1ConfigMap>(List<V1ConfigMap> all) -> {
                        lists.incrementAndGet();
                        present.clear();
                        present.addAll(names(all));
                    }
                    case Change.Present<V1ConfigMap>(V1ConfigMap object) ->
                        present.add(object.getMetadata().getName());
                    case Change.Gone<V1ConfigMap>(V1ConfigMap object) ->
                        present.remove(object.getMetadata().getName());
                }
            })) {
                await().atMost(SOON).until(() -> lists.get() == 1);

                fake.faults().on("watch", "configmaps", new Faults.Fault.CutAfter(), 0, 1);
                fake.faults().on("watch", "configmaps", new Faults.Fault.Answer(429, 0), 0, 1);
                fake.faults().on("watch", "configmaps", new Faults.Fault.Answer(500, 0), 0, 1);
                fake.store().forgetHistory();
                cluster.apply(Kind.CONFIG_MAP, map("later"));
                await().atMost(SOON).until(() -> present.contains("later"));

                cluster.delete(Kind.CONFIG_MAP, map("later"), Cluster.Propagation.BACKGROUND);
                await().atMost(SOON).until(() -> !present.contains("later"));
            }
            assertThat(present).containsExactly("map-0");
        }
    }

    private void many(int count) {
        fake.store().create(ObjectKey.namespace("many"), FakeApi.JSON.createObjectNode());
        for (int number = 0; number < count; number++) {
            fake.store()
                    .create(new ObjectKey(Kind.CONFIG_MAP, "many", "map-" + number), FakeApi.JSON.createObjectNode());
        }
    }

    private static V1ConfigMap map(String name) {
        return new V1ConfigMap().metadata(new V1ObjectMeta().namespace("many").name(name));
    }

    private static Set<String> names(List<V1ConfigMap> maps) {
        Set<String> names = new TreeSet<>();
        maps.forEach(map -> names.add(map.getMetadata().getName()));
        return names;
    }

    private Cluster another() {
        return Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofSeconds(20)));
    }
}
