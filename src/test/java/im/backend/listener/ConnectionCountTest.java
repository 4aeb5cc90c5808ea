package im.backend.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionCountTest {
    @Test
    void eachAddressHasItsShareAndLoopbackHasAll() throws IOException {
        ConnectionCount count = new ConnectionCount(10, 2);
        InetAddress stranger = InetAddress.getByName("203.0.113.1");
        InetAddress other = InetAddress.getByName("203.0.113.2");

        assertThat(List.of(count.tryAdd(stranger), count.tryAdd(stranger), count.tryAdd(stranger)))
                .containsExactly(true, true, false);
        assertThat(count.tryAdd(other)).isTrue();
        count.remove(stranger);
        assertThat(count.tryAdd(stranger)).isTrue();
        for (int i = 0; i < 7; i++) {
            assertThat(count.tryAdd(InetAddress.getLoopbackAddress())).isTrue();
        }
        assertThat(count.tryAdd(InetAddress.getLoopbackAddress())).isFalse();
        assertThat(count.open()).isEqualTo(10);
    }
}
