package im.backend.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.orchestrator.kubernetes.StaticImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment asks of the API server, call by call: more of it is to be meant, and not to creep in. */
@Tag("slow")
final class ClusterDeployCallsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MANIFEST = "entrypoint: /app/serve\nenv:\n  RELEASE: \"{}\"\n";

    private static final String FIRST_DEPLOYMENT = """
        apply deployments 1
        apply ingresses 3
        apply limitranges 1
        apply namespaces 1
        apply networkpolicies 3
        apply resourcequotas 1
        apply secrets 1
        apply services 1
        get namespaces 1
        list cronjobs 1
        list deployments 2
        list ingresses 3
        list namespaces 1
        list nodes 1
        list pods 1
        list services 4
        watch deployments 1
        watch pods 1
        """;

    /** How often depends on how long pods take to come and go: each is asked again for what it wrote last. */
    private static final String AS_LONG_AS_IT_TAKES = "log pods";

    @TempDir
    Path folder;

    private ClusterPlatform platform;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        assumeThat(StaticImage.canBeMade()).as("gcc makes the app").isTrue();
        assumeThat(Path.of("/usr/bin/bwrap"))
                .as("bubblewrap shows it its files")
                .exists();
        Path app = Files.createDirectories(folder.resolve("image/app"));
        Files.copy(StaticImage.compiled(folder), app.resolve("serve"));
        platform = new ClusterPlatform(folder, app.getParent());
        // Of all pods, for their logs, for as long as the server lives.
        await().atMost(SOON).until(() -> platform.fake.faults().count("watch", "pods") == 1);
    }

    @AfterEach
    void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aFirstDeploymentMakesTwelveObjects() {
        assertThat(asked("one", MANIFEST)).isEqualTo(FIRST_DEPLOYMENT);
    }

    @Test
    void aRedeploymentMovesTheHostsAndRemovesWhatWasBefore() {
        asked("one", MANIFEST);

        assertThat(asked("two", MANIFEST)).isEqualTo("""
            apply deployments 1
            apply ingresses 3
            apply limitranges 1
            apply namespaces 1
            apply networkpolicies 3
            apply resourcequotas 1
            apply secrets 1
            apply services 1
            delete deployments 1
            delete horizontalpodautoscalers 1
            delete ingresses 3
            delete namespaces 1
            delete poddisruptionbudgets 1
            delete secrets 1
            delete services 1
            get namespaces 2
            list cronjobs 1
            list deployments 4
            list ingresses 4
            list namespaces 1
            list nodes 1
            list persistentvolumeclaims 1
            list persistentvolumes 1
            list pods 1
            list services 4
            watch deployments 2
            watch pods 1
            """);
    }

    @Test
    void aStartOfSomeSecondsTakesTwoCallsMoreForItsWarnings() {
        assertThat(asked("one", MANIFEST + "  STARTS_FOR: \"4\"\n").lines())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(FIRST_DEPLOYMENT.lines(), Stream.of("list events 1", "watch events 1"))
                                .toList());
    }

    /** Each call with how often it was made, until nothing is left of the release before. */
    private String asked(String release, String manifest) {
        int before = platform.fake.faults().calls().size();
        Deployment deployment = platform.ended(platform.submit(manifest, release));
        assertThat(deployment.status()).as("%s", deployment.failure()).isEqualTo(DeploymentStatus.COMPLETE);
        platform.assertSettled(release, Optional.of(release));
        List<String> all = settled();
        List<String> calls = all.subList(before, all.size());
        return calls.stream()
                .filter(Predicate.not(AS_LONG_AS_IT_TAKES::equals))
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(call -> call.getKey() + " " + call.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private List<String> settled() {
        return await().atMost(SOON)
                .during(Duration.ofMillis(500))
                .until(() -> platform.fake.faults().calls(), new SameAsBefore()::test);
    }

    private static final class SameAsBefore {
        private List<String> last = List.of();

        boolean test(List<String> calls) {
            boolean same = calls.equals(last);
            last = calls;
            return same;
        }
    }
}
