package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PortAllocatorTest {
    @Test
    void everyPortIsGivenOnceUntilThereAreNoMore() {
        PortAllocator ports = new PortAllocator(28_100, 28_120, 7);
        Set<Integer> given = new HashSet<>();

        assertThatThrownBy(() -> {
                    while (true) {
                        assertThat(given.add(ports.take())).isTrue();
                    }
                })
                .hasMessageContaining("capacity");
        assertThat(given).hasSizeGreaterThan(15).allMatch(port -> port >= 28_100 && port <= 28_120);
    }

    @Test
    void aPortThatAnotherProgramHasIsLeftOut() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortAllocator.isFree(other.getLocalPort())).isFalse();
        }
    }

    @Test
    void aFreedPortIsNotGivenToTheNextOne() {
        PortAllocator ports = new PortAllocator(28_200, 28_250, 0);
        int first = ports.take();

        ports.free(first);

        assertThat(ports.take()).isNotEqualTo(first);
    }
}
