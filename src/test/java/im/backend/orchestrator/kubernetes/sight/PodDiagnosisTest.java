package im.backend.orchestrator.kubernetes.sight;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cluster.Address;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Hindrance.Outlook;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ContainerState;
import io.kubernetes.client.openapi.models.V1ContainerStateTerminated;
import io.kubernetes.client.openapi.models.V1ContainerStateWaiting;
import io.kubernetes.client.openapi.models.V1ContainerStatus;
import io.kubernetes.client.openapi.models.V1DeploymentCondition;
import io.kubernetes.client.openapi.models.V1DeploymentStatus;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodCondition;
import io.kubernetes.client.openapi.models.V1PodStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages are those of Kubernetes 1.34 with containerd. */
class PodDiagnosisTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ErrImagePull | failed to resolve reference "r/a@sha256:1": not found | image-pull-failed | MAY_PASS
        ImagePullBackOff | Back-off pulling image: ErrImagePull: "r/a": not found | image-pull-failed | STAYS
        ImagePullBackOff | ErrImagePull: failed to authorize: 401 Unauthorized | image-pull-failed | STAYS
        ImagePullBackOff | ErrImagePull: dial tcp 10.0.0.9:5000: connect: connection refused | image-pull-failed | MAY_PASS
        InvalidImageName | Failed to apply default image tag "A:1": invalid reference format | image-pull-failed | STAYS
        CreateContainerConfigError | secret "env" not found | start-failed | STAYS
        RunContainerError | exec: "serve": executable file not found in $PATH: unknown | start-failed | STAYS
        """)
    void aWaitingContainerIsExplained(String reason, String message, String slug, Outlook outlook) {
        Hindrance hindrance = PodDiagnosis.hindrance(waiting(reason, message)).orElseThrow();

        assertThat(hindrance.slug()).isEqualTo(slug);
        assertThat(hindrance.outlook()).isEqualTo(outlook);
        assertThat(hindrance.cause()).contains(message).endsWith(".");
    }

    @Test
    void aContainerThatIsBeingMadeIsNoHindrance() {
        assertThat(PodDiagnosis.hindrance(waiting("ContainerCreating", ""))).isEmpty();
        assertThat(PodDiagnosis.hindrance(new V1Pod())).isEmpty();
    }

    @Test
    void aNodeWithoutRoomIsNamed() {
        Hindrance hindrance = PodDiagnosis.hindrance(
                        unscheduled("0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes..."))
                .orElseThrow();

        assertThat(hindrance.slug()).isEqualTo("capacity");
        assertThat(hindrance.fix()).contains("Lower resources");
        assertThat(hindrance.outlook()).isEqualTo(Outlook.MAY_PASS);
    }

    @Test
    void aVolumeThatIsNotBoundIsNamed() {
        Hindrance hindrance = PodDiagnosis.hindrance(
                        unscheduled("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."))
                .orElseThrow();

        assertThat(hindrance.slug()).isEqualTo("volume-pending");
        assertThat(hindrance.fix()).contains("StorageClass");
    }

    @Test
    void aQuotaThatIsUsedUpIsNamed() {
        V1DeploymentStatus status = new V1DeploymentStatus()
                .conditions(List.of(new V1DeploymentCondition()
                        .type("ReplicaFailure")
                        .status("True")
                        .message("pods \"web-1\" is forbidden: exceeded quota: limits, requested: limits.memory=1Gi")));

        Hindrance hindrance = PodDiagnosis.hindrance(status).orElseThrow();

        assertThat(hindrance.slug()).isEqualTo("quota-exceeded");
        assertThat(hindrance.outlook()).isEqualTo(Outlook.STAYS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        FailedScheduling | 0/1 nodes are available: 1 Insufficient cpu. | capacity | Lower resources
        FailedMount | MountVolume.SetUp failed for volume "data" : hostPath type check failed | volume-pending | storage
        FailedBinding | no persistent volumes available for this claim and no storage class is set | volume-pending | StorageClass
        ProvisioningFailed | storageclass.storage.k8s.io "fast" not found | volume-pending | StorageClass
        FailedCreatePodSandBox | failed to setup network for sandbox | start-failed | network plugin
        FailedCreate | pods "web-1" is forbidden: exceeded quota: small | quota-exceeded | Lower resources
        FailedCreate | pods "web-1" is forbidden: violates PodSecurity "restricted:latest" | start-failed | admission policy
        Unhealthy | Readiness probe failed: HTTP probe failed with statuscode: 503 | health-check-failed | answers 200
        Unhealthy | Startup probe failed: dial tcp 10.42.0.8:8080: connect: connection refused | health-check-failed | PORT
        """)
    void aWarningIsExplained(String reason, String message, String slug, String fix) {
        Hindrance hindrance = PodDiagnosis.hindrance(event(reason, message)).orElseThrow();

        assertThat(hindrance.slug()).isEqualTo(slug);
        assertThat(hindrance.cause()).contains(message.substring(0, message.length() - 1));
        assertThat(hindrance.fix()).contains(fix);
    }

    @Test
    void whatSaysNothingNewIsNoHindrance() {
        assertThat(PodDiagnosis.hindrance(event("Scheduled", "Successfully assigned")))
                .isEmpty();
        assertThat(PodDiagnosis.hindrance(event("BackOff", "Back-off restarting failed container")))
                .isEmpty();
    }

    @Test
    void theLatestWarningOfThePodCounts() {
        V1Pod pod = waiting("ContainerCreating", "").metadata(new V1ObjectMeta().uid("mine"));
        ReleaseEvents events = new ReleaseEvents(List.of(
                about("Pod", "another", event("FailedMount", "of another")),
                about("Pod", "mine", event("FailedMount", "now")),
                about("Pod", "mine", event("FailedMount", "before"))));

        assertThat(events.hindrance(Address.in("space", "web-1"), List.of(pod), Optional.empty()))
                .map(Hindrance::cause)
                .contains("The volume can not be mounted: now.");
    }

    @Test
    void aClaimSaysMoreThanThePodThatWaitsForIt() {
        V1Pod pod = unscheduled("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
                .metadata(new V1ObjectMeta().uid("mine"));
        ReleaseEvents events = new ReleaseEvents(
                List.of(about("PersistentVolumeClaim", "claim", event("ProvisioningFailed", "no class"))));

        assertThat(events.hindrance(Address.in("space", "web-1"), List.of(pod), PodDiagnosis.hindrance(pod)))
                .map(Hindrance::cause)
                .contains("No node can take the app, because its volume is not ready: no class.");
        assertThat(new ReleaseEvents(List.of())
                        .hindrance(Address.in("space", "web-1"), List.of(pod), PodDiagnosis.hindrance(pod)))
                .isEqualTo(PodDiagnosis.hindrance(pod));
    }

    @Test
    void theLastEndOfAContainerIsKeptOverItsRestart() {
        V1Pod crashing = pod(new V1ContainerStatus()
                .state(new V1ContainerState().waiting(new V1ContainerStateWaiting().reason("CrashLoopBackOff")))
                .lastState(ended(137, "OOMKilled")));

        assertThat(PodDiagnosis.lastExit(crashing)).contains(new Exit(137, true));
        assertThat(PodDiagnosis.lastExit(pod(new V1ContainerStatus().state(ended(3, "Error")))))
                .contains(new Exit(3, false));
        assertThat(PodDiagnosis.lastExit(waiting("ContainerCreating", ""))).isEmpty();
    }

    @Test
    void anEvictedPodSaysWhy() {
        V1Pod pod = new V1Pod()
                .status(new V1PodStatus()
                        .phase("Failed")
                        .reason("Evicted")
                        .message("The node was low on resource: ephemeral-storage. "));

        assertThat(PodDiagnosis.hindrance(pod))
                .map(Hindrance::cause)
                .contains("The node put the app out: The node was low on resource: ephemeral-storage.");
    }

    private static V1ContainerState ended(int code, String reason) {
        return new V1ContainerState()
                .terminated(new V1ContainerStateTerminated().exitCode(code).reason(reason));
    }

    private static CoreV1Event event(String reason, String message) {
        return new CoreV1Event().reason(reason).message(message);
    }

    private static CoreV1Event about(String kind, String uid, CoreV1Event event) {
        return event.involvedObject(new V1ObjectReference().kind(kind).uid(uid));
    }

    private static V1Pod unscheduled(String message) {
        return new V1Pod()
                .status(new V1PodStatus()
                        .phase("Pending")
                        .conditions(List.of(new V1PodCondition()
                                .type("PodScheduled")
                                .status("False")
                                .reason("Unschedulable")
                                .message(message))));
    }

    private static V1Pod waiting(String reason, String message) {
        return pod(new V1ContainerStatus()
                .state(new V1ContainerState()
                        .waiting(new V1ContainerStateWaiting().reason(reason).message(message))));
    }

    private static V1Pod pod(V1ContainerStatus container) {
        return new V1Pod().status(new V1PodStatus().phase("Pending").containerStatuses(List.of(container)));
    }
}
