package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.MergePatch;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.CommitHash;
import im.backend.domain.Digest;
import im.backend.domain.ReleaseName;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.OrchestratorContract;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What releases on Kubernetes do beyond the contract, on whatever cluster. */
abstract class KubernetesOrchestratorKit extends OrchestratorContract {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<VolumeClaim> CLAIMS = List.of(new VolumeClaim("data", "/data", 1 << 20, false));

    private final Set<ReleaseName> made = new HashSet<>();
    private KubernetesOrchestrator orchestrator;

    abstract Cluster cluster();

    abstract KubernetesSettings settings();

    abstract Digest image();

    @BeforeEach
    void prepare() {
        orchestrator = new KubernetesOrchestrator(cluster(), settings());
    }

    @AfterEach
    void remove() {
        List.of(release('a'), release('b')).forEach(orchestrator::removeNamespace);
        made.forEach(orchestrator::removeNamespace);
        cluster()
                .list(Kind.PERSISTENT_VOLUME, new Ownership(settings().owner()).of(PROJECT.id()))
                .forEach(volume -> cluster().delete(Kind.PERSISTENT_VOLUME, volume, Cluster.Propagation.BACKGROUND));
    }

    @Override
    protected Orchestrator orchestrator() {
        return orchestrator;
    }

    @Override
    protected Workload healthy(Workload.Key key, ReleaseName release) {
        return with(
                workload(key, release, "/app/serve", Map.of("RELEASE", new SecretValue(release.toString()))),
                List.of());
    }

    @Test
    void aFileSurvivesTenReleases() {
        StringBuilder expected = new StringBuilder();
        for (int at = 0; at < 10; at++) {
            ReleaseName release =
                    new ReleaseName(PROJECT.id(), new CommitHash("%012x".formatted(at + 1) + "0".repeat(28)));
            made.add(release);
            orchestrator.createNamespace(release);
            List<Workload.Volume> volumes = orchestrator.createVolumes(PROJECT, release, CLAIMS);
            Workload workload = with(healthy(key(0), release), volumes);
            Instance instance = orchestrator.start(workload);
            answer(instance);
            assertThat(get("http://" + instance.endpoint().orElseThrow() + "/append"))
                    .isEqualTo("ok");
            expected.append(release).append('\n');
            assertThat(get("http://" + instance.endpoint().orElseThrow() + "/read"))
                    .isEqualTo(expected.toString());
            orchestrator.removeNamespace(release);
        }
    }

    @Test
    void anEndIsSeenAndTheProgramRunsAgain() {
        Workload workload = healthy(key(0), release('a'));
        Instance instance = start(workload);
        answer(instance);

        assertThatThrownBy(() -> get("http://" + instance.endpoint().orElseThrow() + "/exit"));

        await().atMost(SOON).until(() -> orchestrator.lastExit(workload.key()).isPresent());
        assertThat(orchestrator.lastExit(workload.key()).orElseThrow().code()).isEqualTo(3);
        assertThat(answer(instance)).isEqualTo(release('a').toString());
    }

    @Test
    void theSameCommitAgainRunsBesideTheOldOneUntilThatIsStopped() {
        Workload old = healthy(key(0), release('a'));
        Instance first = start(old);
        answer(first);

        Instance second = start(healthy(key(0), release('a')));
        answer(second);
        orchestrator.stop(old.key(), GRACE);

        assertThat(answer(second)).isEqualTo(release('a').toString());
        assertThat(orchestrator.running(PROJECT.id())).containsExactly(second);
    }

    @Test
    void whatIsStartedAgainWhileItIsBeingStoppedIsThereAfterwards() {
        Workload workload = healthy(key(0), release('a'));
        answer(start(workload));
        cluster()
                .delete(
                        Kind.DEPLOYMENT,
                        Address.in(
                                release('a').toString(),
                                InstanceName.of(workload.key()).value()),
                        Cluster.Propagation.FOREGROUND);

        Instance again = orchestrator.start(workload);

        assertThat(answer(again)).isEqualTo(release('a').toString());
        assertThat(orchestrator.running(PROJECT.id())).containsExactly(again);
    }

    @Test
    void aNamespaceOfSomebodyElseIsLeftAlone() {
        String name = release('f').toString();
        V1Namespace foreign = new V1Namespace().metadata(new V1ObjectMeta().name(name));
        cluster().apply(Kind.NAMESPACE, foreign);

        try {
            assertThatThrownBy(() -> orchestrator.createNamespace(release('f')))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refused -> assertThat(refused.problem().slug()).isEqualTo("cluster-foreign"));
            assertThatThrownBy(() -> orchestrator.removeNamespace(release('f'))).isInstanceOf(ProblemException.class);
        } finally {
            cluster().delete(Kind.NAMESPACE, Address.ofCluster(name), Cluster.Propagation.BACKGROUND);
        }
    }

    @Test
    void anAutoscaledReleaseIsReadyWithAllOfItsFewestReplicas() {
        Workload workload = autoscaled(healthy(key(0), release('a')), new Scaling(2, 3));

        Instance instance = start(workload);
        answer(instance);

        assertThat(cluster().list(Kind.POD, Selection.in(workload.release().toString())))
                .hasSize(2)
                .allMatch(pod -> pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True")));
        assertThat(cluster()
                        .list(Kind.AUTOSCALER, Selection.in(workload.release().toString())))
                .hasSize(1);
    }

    @Test
    void aReleaseBeginsWithAsManyReplicasAsTheAutoscalerHasGivenTheOneBefore() {
        Workload old = autoscaled(healthy(key(0), release('a')), new Scaling(1, 3));
        start(old);
        Address place = Address.of(deploymentOf(old));
        cluster().patch(Kind.DEPLOYMENT, place, new MergePatch().set(2, "spec", "replicas"));

        Workload next = autoscaled(healthy(key(0), release('b')), new Scaling(1, 3));
        start(next);
        start(old);

        assertThat(deploymentOf(next).getSpec().getReplicas()).isEqualTo(2);
        assertThat(deploymentOf(old).getSpec().getReplicas()).isEqualTo(2);
    }

    private V1Deployment deploymentOf(Workload workload) {
        return cluster()
                .list(Kind.DEPLOYMENT, Selection.in(workload.release().toString()))
                .getFirst();
    }

    private static Workload autoscaled(Workload base, Scaling scaling) {
        Workload.Terms usual = base.terms();
        return with(
                base, new Workload.Terms(usual.resources(), scaling, usual.health(), usual.strategy(), usual.drain()));
    }

    private static Workload with(Workload base, Workload.Terms terms) {
        return new Workload(
                base.key(),
                base.project(),
                base.release(),
                base.runtime(),
                base.command(),
                base.folder(),
                base.environment(),
                base.image(),
                base.volumes(),
                terms,
                base.port());
    }

    private Workload with(Workload base, List<Workload.Volume> volumes) {
        Map<String, SecretValue> environment = new java.util.HashMap<>(base.environment());
        volumes.forEach(volume -> environment.put("DATA_DIR", new SecretValue(volume.path())));
        return new Workload(
                base.key(),
                base.project(),
                base.release(),
                base.runtime(),
                base.command(),
                base.folder(),
                environment,
                new Workload.Image(image(), List.of()),
                volumes,
                base.terms(),
                base.port());
    }
}
