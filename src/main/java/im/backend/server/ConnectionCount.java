package im.backend.server;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many connections are open, in all and from each address. */
final class ConnectionCount {
    private final EdgeLimits.Connections limits;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int open;

    ConnectionCount(EdgeLimits.Connections limits) {
        this.limits = limits;
    }

    /** Counts one more; false, and nothing is counted, when that would be over a limit. */
    synchronized boolean tryAdd(InetAddress address) {
        int ofAddress = byAddress.getOrDefault(address, 0);
        if (open >= limits.openMax() || ofAddress >= limits.perAddressMax() && !address.isLoopbackAddress()) {
            return false;
        }
        open++;
        byAddress.put(address, ofAddress + 1);
        return true;
    }

    synchronized void remove(InetAddress address) {
        open--;
        byAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
    }

    synchronized int open() {
        return open;
    }
}
