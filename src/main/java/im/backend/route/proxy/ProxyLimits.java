package im.backend.route.proxy;

import java.time.Duration;

/** What one client, and one app, may take from the apps' listener. */
public record ProxyLimits(Clients clients, Requests requests, Apps apps) {
    private static final int KIBIBYTE = 1024;

    /** The defaults of a server that anybody may reach. */
    public static ProxyLimits defaults() {
        return new ProxyLimits(
                new Clients(4_096, 100, 1_000, Duration.ofSeconds(60), Duration.ofSeconds(30), KIBIBYTE),
                new Requests(16 * KIBIBYTE, 100, Duration.ofSeconds(10), 100L * KIBIBYTE * KIBIBYTE),
                new Apps(
                        100,
                        1_024,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60)));
    }

    public ProxyLimits withClients(Clients changed) {
        return new ProxyLimits(changed, requests, apps);
    }

    public ProxyLimits withRequests(Requests changed) {
        return new ProxyLimits(clients, changed, apps);
    }

    public ProxyLimits withApps(Apps changed) {
        return new ProxyLimits(clients, requests, changed);
    }

    /**
     * @param openMax connections at once; one more is closed without an answer
     * @param perAddressMax connections at once from one address; loopback is excepted, since a proxy may stand there
     * @param requestsMax on one connection; the last reply says that it is the last
     * @param idle how long an open connection may wait between two requests
     * @param patience how long the proxy waits for a client to send its body or to read its reply, beyond what the rate allows
     * @param bytesPerSecondMin each so many bytes win back one second of patience
     */
    public record Clients(
            int openMax, int perAddressMax, int requestsMax, Duration idle, Duration patience, int bytesPerSecondMin) {}

    /**
     * @param headBytesMax request line and headers together
     * @param headTime from the first byte to the empty line
     * @param bodyBytesMax 413 above
     */
    public record Requests(int headBytesMax, int headerLinesMax, Duration headTime, long bodyBytesMax) {}

    /**
     * @param connectionsMax to one endpoint at once
     * @param queuedMax requests waiting for one of them; 503 above
     * @param queueTime how long each may wait; 503 after it
     * @param connect how long an app may take to accept a connection; 502 after it
     * @param firstByte how long an app may think; 504 after it
     * @param idle how long an app may pause within a reply that is no event stream; the reply is cut after it
     */
    public record Apps(
            int connectionsMax,
            int queuedMax,
            Duration queueTime,
            Duration connect,
            Duration firstByte,
            Duration idle) {}
}
