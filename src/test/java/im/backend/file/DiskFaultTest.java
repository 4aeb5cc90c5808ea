package im.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class DiskFaultTest {
    @Test
    void aDeviceWithoutRoomIsFullWhicheverWayJavaSaysIt() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "needs Linux's /dev/full");

        try {
            Files.write(full, new byte[] {1});
        } catch (IOException said) {
            DiskFault fault = new DiskFault(new UncheckedIOException(said));

            assertThat(fault.isFull()).isTrue();
            assertThat(fault.isOfDisk()).isTrue();
            assertThat(fault.asException("Free some."))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            told -> assertThat(told.problem()).isEqualTo(new Problem.StorageFull("Free some.")));
            return;
        }
        throw new AssertionError("/dev/full took a byte");
    }

    @Test
    void aBrokenOrForbiddenDiskIsOursAndNotFull() {
        assertThat(new DiskFault(new IOException("Input/output error")).isOfDisk())
                .isTrue();
        assertThat(new DiskFault(new AccessDeniedException("/data/db")).isOfDisk())
                .isTrue();
        assertThat(new DiskFault(new IOException("Read-only file system")).isFull())
                .isFalse();
    }

    @Test
    void aBrokenConnectionIsNotTheDisks() {
        assertThat(new DiskFault(new UncheckedIOException(new SocketException("Connection reset"))).isOfDisk())
                .isFalse();
    }
}
