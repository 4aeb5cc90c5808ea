package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeAddress;
import io.kubernetes.client.openapi.models.V1NodeSpec;
import io.kubernetes.client.openapi.models.V1NodeStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeAddressesTest {
    @Test
    void aNodeSpeaksFromItsAddressesAndFromTheFirstTwoOfItsPodsNetwork() {
        NodeAddresses nodes =
                NodeAddresses.of(List.of(node("198.51.100.7", "10.42.0.0/24"), node("fd00::7", "fd42::/64")));

        assertThat(nodes.own()).containsExactly("198.51.100.7/32", "fd00:0:0:0:0:0:0:7/128");
        assertThat(nodes.senders())
                .containsAll(nodes.own())
                .contains("10.42.0.0/32", "10.42.0.1/32")
                .contains("fd42:0:0:0:0:0:0:0/128", "fd42:0:0:0:0:0:0:1/128");
    }

    @Test
    void aNameIsNoAddressAndANodeThatHasJustJoinedHasNone() {
        V1Node named = new V1Node()
                .status(new V1NodeStatus()
                        .addresses(List.of(
                                new V1NodeAddress().type("ExternalIP").address("node.example.com"),
                                new V1NodeAddress().type("Hostname").address("node"))));

        assertThat(NodeAddresses.of(List.of(named, new V1Node()))).isEqualTo(new NodeAddresses(List.of(), List.of()));
    }

    private static V1Node node(String address, String pods) {
        return new V1Node()
                .spec(new V1NodeSpec().podCIDRs(List.of(pods)))
                .status(new V1NodeStatus()
                        .addresses(
                                List.of(new V1NodeAddress().type("InternalIP").address(address))));
    }
}
