package im.backend.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses on loopback for the pods and Services of one fake cluster, kept from all others of this machine by a socket. */
final class FakeNetwork implements AutoCloseable {
    private static final int COUNT = 120;
    private static final int PORT = 10250;

    private final int number;
    private final ServerSocket held;

    private FakeNetwork(int number, ServerSocket held) {
        this.number = number;
        this.held = held;
    }

    static FakeNetwork claim() {
        int first = ThreadLocalRandom.current().nextInt(COUNT);
        for (int tries = 0; tries < COUNT; tries++) {
            int number = (first + tries) % COUNT;
            try {
                InetAddress mark = InetAddress.getByName("127." + (1 + 2 * number) + ".255.254");
                return new FakeNetwork(number, new ServerSocket(PORT, 1, mark));
            } catch (IOException taken) {
                // Another cluster has it, maybe one of another test run.
            }
        }
        throw new IllegalStateException("no network on loopback is free");
    }

    String pod(int at) {
        return address(1 + 2 * number, at);
    }

    String service(int at) {
        return address(2 + 2 * number, at);
    }

    @Override
    public void close() {
        try {
            held.close();
        } catch (IOException stuck) {
            throw new UncheckedIOException(stuck);
        }
    }

    private static String address(int network, int at) {
        return "127." + network + "." + (at >> 8 & 0xff) + "." + (at & 0xff);
    }
}
