package im.backend.domain;

/** Where an instance answers, as the platform reaches it: an IP literal or cluster address, and a port. */
public record Endpoint(String host, int port) {
    public Endpoint {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
