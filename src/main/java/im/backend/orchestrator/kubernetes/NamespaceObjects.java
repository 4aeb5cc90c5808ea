package im.backend.orchestrator.kubernetes;

import im.backend.domain.ReleaseName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1IPBlock;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1LimitRange;
import io.kubernetes.client.openapi.models.V1LimitRangeItem;
import io.kubernetes.client.openapi.models.V1LimitRangeSpec;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyIngressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicySpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ResourceQuota;
import io.kubernetes.client.openapi.models.V1ResourceQuotaSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The room of one release: who may reach it, what it may reach, and how much it may hold. */
final class NamespaceObjects {
    static final String PULL_SECRET = "registry";

    /** A release of 100 replicas twice, while one deployment follows another, and its commands. */
    private static final Map<String, Quantity> QUOTA = Map.of(
            "pods", new Quantity("250"),
            "services", new Quantity("50"),
            "services.loadbalancers", new Quantity("0"),
            "secrets", new Quantity("100"),
            "configmaps", new Quantity("20"),
            "persistentvolumeclaims", new Quantity("20"),
            "count/jobs.batch", new Quantity("100"),
            "count/cronjobs.batch", new Quantity("50"),
            "count/deployments.apps", new Quantity("50"));

    private final KubernetesSettings settings;
    private final Ownership ownership;

    NamespaceObjects(KubernetesSettings settings, Ownership ownership) {
        this.settings = settings;
        this.ownership = ownership;
    }

    V1Namespace namespace(ReleaseName release) {
        Map<String, String> labels = ownership.labels(release);
        labels.put("pod-security.kubernetes.io/enforce", "restricted");
        labels.put("pod-security.kubernetes.io/warn", "restricted");
        return new V1Namespace()
                .metadata(new V1ObjectMeta().name(release.toString()).labels(labels));
    }

    /**
     * What asks for the platform's health check is on a node, and not always on that of the pod: a plugin lets in only what
     * comes from the pod's own one.
     */
    List<V1NetworkPolicy> policies(ReleaseName release, NodeAddresses nodes) {
        V1NetworkPolicySpec closed =
                new V1NetworkPolicySpec().podSelector(new V1LabelSelector()).policyTypes(List.of("Ingress", "Egress"));
        List<V1NetworkPolicyPeer> callers = new ArrayList<>();
        callers.add(new V1NetworkPolicyPeer().namespaceSelector(named(settings.ingressNamespace())));
        nodes.senders().forEach(node -> callers.add(new V1NetworkPolicyPeer().ipBlock(new V1IPBlock().cidr(node))));
        V1NetworkPolicySpec fromIngress = new V1NetworkPolicySpec()
                .podSelector(new V1LabelSelector())
                .policyTypes(List.of("Ingress"))
                .ingress(List.of(new V1NetworkPolicyIngressRule().from(callers)));
        V1NetworkPolicySpec toInternet = new V1NetworkPolicySpec()
                .podSelector(new V1LabelSelector())
                .policyTypes(List.of("Egress"))
                .egress(List.of(Egress.dns(), Egress.internet(nodes)));
        return List.of(
                policy(release, "closed", closed),
                policy(release, "from-ingress", fromIngress),
                policy(release, "to-internet", toInternet));
    }

    V1ResourceQuota quota(ReleaseName release) {
        return new V1ResourceQuota().metadata(metadata(release, "release")).spec(new V1ResourceQuotaSpec().hard(QUOTA));
    }

    /** For pods that are made by hand: ours say what they need. */
    V1LimitRange limits(ReleaseName release) {
        Map<String, Quantity> usual = Map.of("memory", new Quantity("512Mi"), "cpu", new Quantity("500m"));
        return new V1LimitRange()
                .metadata(metadata(release, "release"))
                .spec(new V1LimitRangeSpec()
                        .limits(List.of(new V1LimitRangeItem()
                                .type("Container")
                                ._default(usual)
                                .defaultRequest(usual))));
    }

    Optional<V1Secret> pullSecret(ReleaseName release) {
        return settings.login()
                .map(login -> new V1Secret()
                        .metadata(metadata(release, PULL_SECRET))
                        .type("kubernetes.io/dockerconfigjson")
                        .data(Map.of(".dockerconfigjson", login.dockerConfig())));
    }

    private static V1LabelSelector named(String namespace) {
        return new V1LabelSelector().matchLabels(Map.of(Egress.NAMESPACE_NAME, namespace));
    }

    private V1NetworkPolicy policy(ReleaseName release, String name, V1NetworkPolicySpec spec) {
        return new V1NetworkPolicy().metadata(metadata(release, name)).spec(spec);
    }

    private V1ObjectMeta metadata(ReleaseName release, String name) {
        return new V1ObjectMeta().namespace(release.toString()).name(name).labels(ownership.labels(release));
    }
}
