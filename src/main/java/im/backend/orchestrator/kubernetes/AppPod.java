package im.backend.orchestrator.kubernetes;

import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.VolumeName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1HTTPGetAction;
import io.kubernetes.client.openapi.models.V1HTTPHeader;
import io.kubernetes.client.openapi.models.V1LocalObjectReference;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimVolumeSource;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1SecretEnvSource;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1TCPSocketAction;
import io.kubernetes.client.openapi.models.V1Toleration;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pod of a workload, whether it serves or runs a command once. It keeps the {@code restricted} level of Pod Security:
 * nothing in it comes from the user but the command, the image and the size.
 */
final class AppPod {
    static final String CONTAINER = "app";
    /** Of the user that our images are made for; other images have to get along with it. */
    static final long USER = 1000;

    private static final String SCRATCH = "tmp";
    private static final String SCRATCH_MAX = "1Gi";
    /** What a container writes beside its volumes: /tmp and what the kubelet keeps of its log. */
    private static final String DISK_MAX = "2Gi";
    /** The platform's own deadline comes first, because it says more. */
    private static final int STARTUP_MARGIN_SECONDS = 60;
    /** Of a node that is not ready or not reached, before pods without data are made anew elsewhere; Kubernetes' own is 300. */
    private static final long AWAY_SECONDS = 60;

    private final KubernetesSettings settings;

    AppPod(KubernetesSettings settings) {
        this.settings = settings;
    }

    /** @param name of the Secret with its {@linkplain AppEnvironment environment} */
    V1PodSpec spec(Workload workload, String name) {
        return new V1PodSpec()
                .automountServiceAccountToken(false)
                .enableServiceLinks(false)
                .imagePullSecrets(pullSecrets())
                .terminationGracePeriodSeconds(Math.max(1, settings.stopGrace().toSeconds()))
                .securityContext(new V1PodSecurityContext()
                        .runAsNonRoot(true)
                        .runAsUser(USER)
                        .runAsGroup(USER)
                        .fsGroup(USER)
                        .fsGroupChangePolicy("OnRootMismatch")
                        .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
                .containers(List.of(container(workload, name)))
                .tolerations(tolerations(workload))
                .volumes(volumes(workload));
    }

    /** A pod with data may still write on a node that is only out of reach: there Kubernetes' own longer time stays. */
    private static List<V1Toleration> tolerations(Workload workload) {
        if (!workload.volumes().isEmpty()) {
            return List.of();
        }
        return Stream.of("not-ready", "unreachable")
                .map(state -> new V1Toleration()
                        .key("node.kubernetes.io/" + state)
                        .operator("Exists")
                        .effect("NoExecute")
                        .tolerationSeconds(AWAY_SECONDS))
                .toList();
    }

    private V1Container container(Workload workload, String name) {
        V1Container container = new V1Container()
                .name(CONTAINER)
                .image(settings.images()
                        .reference(workload.project().id(), workload.image().digest()))
                .imagePullPolicy("IfNotPresent")
                .command(new AppEnvironment(workload).command())
                .workingDir(workload.folder())
                .envFrom(List.of(new V1EnvFromSource().secretRef(new V1SecretEnvSource().name(name))))
                .resources(resources(workload))
                .securityContext(new V1SecurityContext()
                        .allowPrivilegeEscalation(false)
                        .readOnlyRootFilesystem(true)
                        .capabilities(new V1Capabilities().drop(List.of("ALL"))))
                .volumeMounts(mounts(workload))
                .terminationMessagePolicy("FallbackToLogsOnError");
        AppEnvironment.port(workload).ifPresent(port -> serve(container, workload, port));
        return container;
    }

    private static void serve(V1Container container, Workload workload, int port) {
        container.ports(
                List.of(new V1ContainerPort().name(WorkloadObjects.PORT_NAME).containerPort(port)));
        var health = workload.terms().health();
        int period = Math.toIntExact(Math.max(1, health.interval().toSeconds()));
        int timeout = Math.toIntExact(Math.max(1, health.timeout().toSeconds()));
        long startup = health.grace().plus(health.deadline()).toSeconds() + STARTUP_MARGIN_SECONDS;
        container.startupProbe(ask(workload)
                .periodSeconds(period)
                .timeoutSeconds(timeout)
                .failureThreshold(Math.toIntExact(startup / period + 1)));
        container.readinessProbe(
                ask(workload).periodSeconds(10).timeoutSeconds(timeout).failureThreshold(3));
    }

    /** Without a path an open port is enough here; the platform asks the usual paths before it sends traffic. */
    private static V1Probe ask(Workload workload) {
        IntOrString port = new IntOrString(WorkloadObjects.PORT_NAME);
        Optional<String> path = workload.terms().health().path();
        if (path.isEmpty()) {
            return new V1Probe().tcpSocket(new V1TCPSocketAction().port(port));
        }
        V1HTTPGetAction get = new V1HTTPGetAction().path(path.get()).port(port);
        // Apps that refuse hosts they do not know would refuse the pod's address.
        host(workload)
                .ifPresent(host ->
                        get.httpHeaders(List.of(new V1HTTPHeader().name("Host").value(host))));
        return new V1Probe().httpGet(get);
    }

    private static Optional<String> host(Workload workload) {
        return Optional.ofNullable(workload.environment().get("BACKENDIM_URL"))
                .map(url -> URI.create(url.reveal()).getHost());
    }

    private static V1ResourceRequirements resources(Workload workload) {
        var limits = workload.terms().resources();
        Map<String, Quantity> memoryAndCpu = Map.of(
                "memory", new Quantity(Long.toString(limits.memoryBytes())),
                "cpu", new Quantity(limits.cpuMillis() + "m"));
        Map<String, Quantity> all = new java.util.HashMap<>(memoryAndCpu);
        all.put("ephemeral-storage", new Quantity(DISK_MAX));
        return new V1ResourceRequirements().requests(memoryAndCpu).limits(all);
    }

    private static List<V1VolumeMount> mounts(Workload workload) {
        List<V1VolumeMount> mounts = new ArrayList<>();
        mounts.add(new V1VolumeMount().name(SCRATCH).mountPath("/tmp"));
        workload.volumes()
                .forEach(volume -> mounts.add(
                        new V1VolumeMount().name("volume-" + volume.name()).mountPath(volume.path())));
        return mounts;
    }

    private static List<V1Volume> volumes(Workload workload) {
        List<V1Volume> volumes = new ArrayList<>();
        volumes.add(new V1Volume()
                .name(SCRATCH)
                .emptyDir(new V1EmptyDirVolumeSource().sizeLimit(new Quantity(SCRATCH_MAX))));
        workload.volumes()
                .forEach(volume -> volumes.add(new V1Volume()
                        .name("volume-" + volume.name())
                        .persistentVolumeClaim(new V1PersistentVolumeClaimVolumeSource()
                                .claimName(VolumeName.of(workload.release(), volume.name())))));
        return volumes;
    }

    private List<V1LocalObjectReference> pullSecrets() {
        return settings.login().isEmpty()
                ? List.of()
                : List.of(new V1LocalObjectReference().name(NamespaceObjects.PULL_SECRET));
    }
}
