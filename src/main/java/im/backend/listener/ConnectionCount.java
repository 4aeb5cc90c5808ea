package im.backend.listener;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many connections a listener has open, in all and from each address; both listeners of the server count by it. */
public final class ConnectionCount {
    private final int openMax;
    private final int perAddressMax;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int open;

    /** The loopback address is held to {@code openMax} only, since a proxy for many may stand there. */
    public ConnectionCount(int openMax, int perAddressMax) {
        this.openMax = openMax;
        this.perAddressMax = perAddressMax;
    }

    /** Counts one more; false, and nothing is counted, when that would be over a limit. */
    public synchronized boolean tryAdd(InetAddress address) {
        int ofAddress = byAddress.getOrDefault(address, 0);
        if (open >= openMax || ofAddress >= perAddressMax && !address.isLoopbackAddress()) {
            return false;
        }
        open++;
        byAddress.put(address, ofAddress + 1);
        return true;
    }

    public synchronized void remove(InetAddress address) {
        open--;
        byAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
    }

    public synchronized int open() {
        return open;
    }
}
