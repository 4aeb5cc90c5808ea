package im.backend.build.pod;

import im.backend.domain.ProjectId;
import im.backend.orchestrator.kubernetes.Egress;
import im.backend.orchestrator.kubernetes.NodeAddresses;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1IPBlock;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1LocalObjectReference;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyEgressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicySpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1ResourceQuota;
import io.kubernetes.client.openapi.models.V1ResourceQuotaSpec;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretEnvSource;
import io.kubernetes.client.openapi.models.V1SecretVolumeSource;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is applied for builds: a namespace that lets nothing in and only the internet out, and for each build a pod of the
 * {@code restricted} profile with the Secret that tells it where packages come from.
 */
record BuildPodObjects(PodSandboxSettings settings) {
    static final String CONTAINER = "build";
    static final String PROJECT_LABEL = "backend.im/project";
    /** Where a build sees the certificates that its environment names. */
    static final String PASSED_FILES = "/run/backendim";

    private static final String PULL_SECRET = "registry";
    private static final String FILES_SUFFIX = "-files";
    private static final long USER = 1000;
    /** Two of a build's pods may overlap: the last one's end takes a moment. */
    private static final int OVERLAP = 2;

    private static final long END_GRACE_SECONDS = 1;
    private static final long DEADLINE_MARGIN_SECONDS = 120;
    private static final List<String> FOLDERS = List.of("/app", "/build", "/cache", "/tmp");

    Map<String, String> labels() {
        return Map.of(
                "app.kubernetes.io/managed-by",
                "backendim",
                "app.kubernetes.io/component",
                CONTAINER,
                Ownership.OWNER,
                settings.owner());
    }

    V1Namespace namespace() {
        return new V1Namespace()
                .apiVersion("v1")
                .kind("Namespace")
                .metadata(new V1ObjectMeta()
                        .name(settings.namespace())
                        .labels(Map.of(
                                "app.kubernetes.io/managed-by",
                                "backendim",
                                "pod-security.kubernetes.io/enforce",
                                "restricted")));
    }

    V1ResourceQuota quota() {
        int pods = settings.limits().podsMax() * OVERLAP;
        return new V1ResourceQuota()
                .apiVersion("v1")
                .kind("ResourceQuota")
                .metadata(metadata("builds"))
                .spec(new V1ResourceQuotaSpec()
                        .hard(Map.of(
                                "pods",
                                new Quantity(Integer.toString(pods)),
                                "limits.memory",
                                new Quantity(
                                        Long.toString(pods * settings.limits().memoryBytes())),
                                "services",
                                new Quantity("0"))));
    }

    /** Nothing comes in. Out go names (DNS) and the internet, and of private networks what the operator allows. */
    V1NetworkPolicy policy(NodeAddresses nodes) {
        List<V1NetworkPolicyEgressRule> out = new ArrayList<>();
        out.add(Egress.dns());
        out.add(Egress.internet(nodes));
        settings.reachable()
                .forEach(network -> out.add(new V1NetworkPolicyEgressRule()
                        .to(List.of(new V1NetworkPolicyPeer().ipBlock(new V1IPBlock().cidr(network))))));
        return new V1NetworkPolicy()
                .apiVersion("networking.k8s.io/v1")
                .kind("NetworkPolicy")
                .metadata(metadata("builds"))
                .spec(new V1NetworkPolicySpec()
                        .podSelector(new V1LabelSelector())
                        .policyTypes(List.of("Ingress", "Egress"))
                        .egress(out));
    }

    /** What nodes pull base images with; empty when nobody asks them. */
    Optional<V1Secret> pullSecret() {
        return settings.login()
                .map(login -> new V1Secret()
                        .apiVersion("v1")
                        .kind("Secret")
                        .metadata(metadata(PULL_SECRET))
                        .type("kubernetes.io/dockerconfigjson")
                        .data(Map.of(".dockerconfigjson", login.dockerConfig())));
    }

    /** Registries may be named with a password in them, so none of it is in the pod's own description. */
    List<V1Secret> secrets(String name, Map<String, String> environment, Map<String, byte[]> files) {
        return List.of(
                secret(name).stringData(new TreeMap<>(environment)),
                secret(name + FILES_SUFFIX).data(new TreeMap<>(files)));
    }

    private V1Secret secret(String name) {
        return new V1Secret().apiVersion("v1").kind("Secret").metadata(metadata(name));
    }

    /** It waits to be told what to run; when nobody does any more, its deadline ends it. */
    V1Pod pod(String name, ProjectId project, String image) {
        Map<String, String> labels = new TreeMap<>(labels());
        labels.put(PROJECT_LABEL, project.value());
        long seconds = settings.limits().timeMax().toSeconds()
                + settings.limits().startMax().toSeconds()
                + DEADLINE_MARGIN_SECONDS;
        V1PodSpec spec = new V1PodSpec()
                .restartPolicy("Never")
                .activeDeadlineSeconds(seconds)
                .terminationGracePeriodSeconds(END_GRACE_SECONDS)
                .automountServiceAccountToken(false)
                .enableServiceLinks(false)
                // The client says {} where nothing is meant, and the API server then asks for a RuntimeClass.
                .overhead(null)
                .securityContext(new V1PodSecurityContext()
                        .runAsNonRoot(true)
                        .runAsUser(USER)
                        .runAsGroup(USER)
                        .fsGroup(USER)
                        .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
                .containers(List.of(container(name, image, seconds)))
                .volumes(volumes(name));
        settings.login()
                .ifPresent(login -> spec.imagePullSecrets(List.of(new V1LocalObjectReference().name(PULL_SECRET))));
        return new V1Pod()
                .apiVersion("v1")
                .kind("Pod")
                .metadata(metadata(name).labels(labels))
                .spec(spec);
    }

    private V1Container container(String name, String image, long seconds) {
        List<V1VolumeMount> mounts = new ArrayList<>();
        FOLDERS.forEach(folder ->
                mounts.add(new V1VolumeMount().name("work").mountPath(folder).subPath(folder.substring(1))));
        mounts.add(new V1VolumeMount().name("passed").mountPath(PASSED_FILES).readOnly(true));
        Quantity memory = new Quantity(Long.toString(settings.limits().memoryBytes()));
        Quantity disk = new Quantity(Long.toString(settings.limits().diskBytes()));
        return new V1Container()
                .name(CONTAINER)
                .image(image)
                .imagePullPolicy("IfNotPresent")
                .command(List.of("sleep", Long.toString(seconds)))
                .workingDir("/app")
                .envFrom(List.of(new V1EnvFromSource().secretRef(new V1SecretEnvSource().name(name))))
                .resources(new V1ResourceRequirements()
                        .requests(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")))
                        .limits(Map.of("memory", memory, "ephemeral-storage", disk)))
                .securityContext(new V1SecurityContext()
                        .allowPrivilegeEscalation(false)
                        .readOnlyRootFilesystem(true)
                        .capabilities(new V1Capabilities().drop(List.of("ALL"))))
                .volumeMounts(mounts);
    }

    private List<V1Volume> volumes(String name) {
        return List.of(
                new V1Volume()
                        .name("work")
                        .emptyDir(new V1EmptyDirVolumeSource()
                                .sizeLimit(new Quantity(
                                        Long.toString(settings.limits().diskBytes())))),
                new V1Volume().name("passed").secret(new V1SecretVolumeSource().secretName(name + FILES_SUFFIX)));
    }

    private V1ObjectMeta metadata(String name) {
        return new V1ObjectMeta().name(name).namespace(settings.namespace()).labels(labels());
    }
}
