package im.backend.route.ingress;

import java.time.Duration;
import java.util.Optional;

/**
 * @param owner uid of this installation, written on everything that it makes
 * @param ingressClass of the controller, as {@code traefik}
 * @param issuer a ClusterIssuer of cert-manager; empty for plain HTTP
 * @param settle until the last controller has heard of a change; what it has open by then, the pods end in order
 */
public record IngressSettings(String owner, String ingressClass, Optional<String> issuer, Duration settle) {
    public static final String TRAEFIK = "traefik";

    public static final Duration SETTLE = Duration.ofSeconds(5);
}
