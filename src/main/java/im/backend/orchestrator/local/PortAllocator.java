package im.backend.orchestrator.local;

import im.backend.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands out loopback ports of our own range, in turn, so that a port that was just freed is not given to the next app.
 * Safe for several threads.
 */
final class PortAllocator {
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private final int min;
    private final int max;
    private final Set<Integer> taken = new HashSet<>();
    private int next;

    /** @param seed where to begin, so that two servers of one host seldom try the same port at once */
    PortAllocator(int min, int max, int seed) {
        this.min = min;
        this.max = max;
        this.next = min + Math.floorMod(seed, max - min + 1);
    }

    synchronized int take() {
        int[] ephemeral = ephemeralRange();
        for (int tried = min; tried <= max; tried++) {
            int port = next;
            next = next == max ? min : next + 1;
            boolean clients = port >= ephemeral[0] && port <= ephemeral[1];
            if (!clients && !taken.contains(port) && isFree(port)) {
                taken.add(port);
                return port;
            }
        }
        throw new Problem.Unavailable(
                        "capacity",
                        "Ports " + min + " to " + max + " are all taken. Stop a project, or configure a larger range.",
                        Duration.ofMinutes(1))
                .asException();
    }

    /** An instance of an earlier server has it. */
    synchronized void keep(int port) {
        taken.add(port);
    }

    synchronized void free(int port) {
        taken.remove(port);
    }

    /** By trying it: whoever else has it, we can not. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }

    /** By lines, which asks for more than one byte at once: the kernel gives these numbers to the first read only. */
    private static int[] ephemeralRange() {
        try {
            String[] bounds = Files.readAllLines(EPHEMERAL).getFirst().strip().split("\\s+");
            return new int[] {Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1])};
        } catch (IOException unknown) {
            return new int[] {0, 0};
        }
    }
}
