package im.backend.identity.jwt;

import java.time.Duration;

/**
 * @param issuer the {@code iss} that our tokens have, and that each token must have
 * @param lifetime from issue to expiry
 * @param leeway by how much the clock of another machine may differ
 */
public record JwtSettings(String issuer, Duration lifetime, Duration leeway) {
    public static final JwtSettings DEFAULT =
            new JwtSettings("backendim", Duration.ofMinutes(15), Duration.ofSeconds(30));
}
