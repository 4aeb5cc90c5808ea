package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeAddress;
import io.kubernetes.client.openapi.models.V1NodeSpec;
import io.kubernetes.client.openapi.models.V1NodeStatus;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where the nodes of a cluster are, as single addresses in the notation of a network policy. A node may have a public
 * address, so that nothing but this tells its API server and kubelet from the internet.
 *
 * @param own what others reach them at
 * @param senders what they speak to a pod of another node from: these, and in an overlay network (as K3s' flannel makes it)
 *     the first two addresses of their own pods' network, which no pod has
 */
public record NodeAddresses(List<String> own, List<String> senders) {
    private static final Set<String> REACHED = Set.of("InternalIP", "ExternalIP");

    public NodeAddresses {
        own = List.copyOf(own);
        senders = List.copyOf(senders);
    }

    /** None where this server may not look at nodes. */
    public static NodeAddresses of(Cluster cluster) {
        try {
            return of(cluster.list(Kind.NODE, Selection.everywhere()));
        } catch (ProblemException refused) {
            if (refused.problem() instanceof Problem.Forbidden) {
                return new NodeAddresses(List.of(), List.of());
            }
            throw refused;
        }
    }

    static NodeAddresses of(List<V1Node> nodes) {
        List<String> own = nodes.stream()
                .flatMap(node -> addresses(node).stream())
                .filter(address -> REACHED.contains(address.getType()))
                .flatMap(address -> literal(address.getAddress()).stream())
                .map(NodeAddresses::single)
                .distinct()
                .sorted()
                .toList();
        List<String> senders = new ArrayList<>(own);
        nodes.stream().flatMap(node -> podNetworks(node).stream()).sorted().forEach(network -> {
            String base = network.substring(0, Math.max(0, network.indexOf('/')));
            literal(base).ifPresent(first -> {
                senders.add(single(first));
                senders.add(single(after(first)));
            });
        });
        return new NodeAddresses(own, senders);
    }

    private static List<V1NodeAddress> addresses(V1Node node) {
        return Optional.ofNullable(node.getStatus())
                .map(V1NodeStatus::getAddresses)
                .orElse(List.of());
    }

    private static List<String> podNetworks(V1Node node) {
        return Optional.ofNullable(node.getSpec()).map(V1NodeSpec::getPodCIDRs).orElse(List.of());
    }

    /** Empty for a name: an external address may be one. */
    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException name) {
            return Optional.empty();
        }
    }

    private static InetAddress after(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] next = new BigInteger(1, bytes).add(BigInteger.ONE).toByteArray();
        int length = Math.min(bytes.length, next.length);
        System.arraycopy(next, next.length - length, bytes, bytes.length - length, length);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(Objects.toString(address), impossible);
        }
    }

    private static String single(InetAddress address) {
        return address.getHostAddress() + "/" + address.getAddress().length * Byte.SIZE;
    }
}
