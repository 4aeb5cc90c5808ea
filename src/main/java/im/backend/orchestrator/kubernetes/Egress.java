package im.backend.orchestrator.kubernetes;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.openapi.models.V1IPBlock;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1NetworkPolicyEgressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What pods with code of others in them may reach, apps and builds alike: names and the internet. */
public final class Egress {
    static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

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

    private Egress() {}

    public static V1NetworkPolicyEgressRule dns() {
        return new V1NetworkPolicyEgressRule()
                .to(List.of(new V1NetworkPolicyPeer()
                        .namespaceSelector(new V1LabelSelector().matchLabels(Map.of(NAMESPACE_NAME, CLUSTER_SERVICES)))
                        .podSelector(new V1LabelSelector().matchLabels(Map.of("k8s-app", "kube-dns")))))
                .ports(List.of(port("UDP"), port("TCP")));
    }

    /** @param nodes whose addresses may be public, and are the cluster's all the same */
    public static V1NetworkPolicyEgressRule internet(NodeAddresses nodes) {
        return new V1NetworkPolicyEgressRule()
                .to(List.of(
                        everything("0.0.0.0/0", NOT_INTERNET_4, nodes.own(), ip -> !isSix(ip)),
                        everything("::/0", NOT_INTERNET_6, nodes.own(), Egress::isSix)));
    }

    private static V1NetworkPolicyPeer everything(
            String block, List<String> except, List<String> nodes, Predicate<String> ofBlock) {
        List<String> all =
                Stream.concat(except.stream(), nodes.stream().filter(ofBlock)).toList();
        return new V1NetworkPolicyPeer().ipBlock(new V1IPBlock().cidr(block).except(all));
    }

    private static boolean isSix(String address) {
        return address.contains(":");
    }

    private static V1NetworkPolicyPort port(String protocol) {
        return new V1NetworkPolicyPort().protocol(protocol).port(new IntOrString(DNS_PORT));
    }
}
