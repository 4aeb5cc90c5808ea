package im.backend.orchestrator.kubernetes;

import im.backend.domain.ReleaseName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1IPBlock;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1LimitRange;
import io.kubernetes.client.openapi.models.V1LimitRangeItem;
import io.kubernetes.client.openapi.models.V1LimitRangeSpec;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyEgressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyIngressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import io.kubernetes.client.openapi.models.V1NetworkPolicySpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ResourceQuota;
import io.kubernetes.client.openapi.models.V1ResourceQuotaSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The room of one release: who may reach it, what it may reach, and how much it may hold. */
final class NamespaceObjects {
    static final String PULL_SECRET = "registry";

    private static final String NAME_LABEL = "kubernetes.io/metadata.name";
    private static final String CLUSTER_SERVICES = "kube-system";
    private static final int DNS_PORT = 53;
    /** What belongs to the cluster, its network or the machine's provider, and not to the internet. */
    private static final List<String> NOT_INTERNET_4 = List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4");

    private static final List<String> NOT_INTERNET_6 =
            List.of("::1/128", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8");
    /** A release of 100 replicas twice, while one deployment follows another, and its commands. */
    private static final Map<String, Quantity> QUOTA = Map.of(
            "pods", new Quantity("250"),
            "services", new Quantity("50"),
            "services.nodeports", new Quantity("0"),
            "services.loadbalancers", new Quantity("0"),
            "secrets", new Quantity("100"),
            "configmaps", new Quantity("20"),
            "persistentvolumeclaims", new Quantity("20"),
            "count/jobs.batch", new Quantity("50"),
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

    List<V1NetworkPolicy> policies(ReleaseName release) {
        V1NetworkPolicySpec closed =
                new V1NetworkPolicySpec().podSelector(new V1LabelSelector()).policyTypes(List.of("Ingress", "Egress"));
        V1NetworkPolicySpec fromIngress = new V1NetworkPolicySpec()
                .podSelector(new V1LabelSelector())
                .policyTypes(List.of("Ingress"))
                .ingress(List.of(new V1NetworkPolicyIngressRule()
                        .from(List.of(
                                new V1NetworkPolicyPeer().namespaceSelector(named(settings.ingressNamespace()))))));
        V1NetworkPolicySpec toInternet = new V1NetworkPolicySpec()
                .podSelector(new V1LabelSelector())
                .policyTypes(List.of("Egress"))
                .egress(List.of(dns(), internet()));
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

    private static V1NetworkPolicyEgressRule dns() {
        return new V1NetworkPolicyEgressRule()
                .to(List.of(new V1NetworkPolicyPeer()
                        .namespaceSelector(named(CLUSTER_SERVICES))
                        .podSelector(new V1LabelSelector().matchLabels(Map.of("k8s-app", "kube-dns")))))
                .ports(List.of(port("UDP"), port("TCP")));
    }

    private static V1NetworkPolicyPort port(String protocol) {
        return new V1NetworkPolicyPort().protocol(protocol).port(new IntOrString(DNS_PORT));
    }

    private static V1NetworkPolicyEgressRule internet() {
        return new V1NetworkPolicyEgressRule()
                .to(List.of(
                        new V1NetworkPolicyPeer()
                                .ipBlock(new V1IPBlock().cidr("0.0.0.0/0").except(NOT_INTERNET_4)),
                        new V1NetworkPolicyPeer()
                                .ipBlock(new V1IPBlock().cidr("::/0").except(NOT_INTERNET_6))));
    }

    private static V1LabelSelector named(String namespace) {
        return new V1LabelSelector().matchLabels(Map.of(NAME_LABEL, namespace));
    }

    private V1NetworkPolicy policy(ReleaseName release, String name, V1NetworkPolicySpec spec) {
        return new V1NetworkPolicy().metadata(metadata(release, name)).spec(spec);
    }

    private V1ObjectMeta metadata(ReleaseName release, String name) {
        return new V1ObjectMeta().namespace(release.toString()).name(name).labels(ownership.labels(release));
    }
}
