package im.backend.registry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SideHashTest {
    @Test
    void itHashesAllBuffersInOrder() throws Exception {
        Random random = new Random(20261122);
        MessageDigest atOnce = MessageDigest.getInstance("SHA-256");
        MessageDigest beside = MessageDigest.getInstance("SHA-256");

        try (SideHash hash = new SideHash(beside, 1024)) {
            for (int i = 0; i < 500; i++) {
                int length = random.nextInt(1025);
                byte[] buffer = hash.buffer();
                random.nextBytes(buffer);
                atOnce.update(buffer, 0, length);
                hash.update(length);
            }
        }

        assertThat(beside.digest()).isEqualTo(atOnce.digest());
    }
}
