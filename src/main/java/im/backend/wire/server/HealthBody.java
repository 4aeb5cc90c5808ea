package im.backend.wire.server;

import java.util.List;

/** {@code /healthz} and {@code /readyz}: {@code status} is {@code ok} or {@code ready}; anything else is a problem. */
public record HealthBody(String status, List<ServerBody.Check> checks) {
    public HealthBody {
        checks = List.copyOf(checks);
    }
}
