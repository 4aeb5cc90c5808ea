package im.backend.domain;

import im.backend.problem.Problem;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

public record DeploymentId(UUID value) {
    /**
     * A fresh one. It begins with the time (RFC 9562, version 7), so that the newest ones lie side by side in a database's
     * index; 74 bits are random.
     */
    public static DeploymentId at(Instant now, RandomGenerator random) {
        long versionAndRandom = 0x7000 | random.nextLong() & 0xFFF;
        long variantAndRandom = 1L << 63 | random.nextLong() >>> 2;
        return new DeploymentId(new UUID(now.toEpochMilli() << 16 | versionAndRandom, variantAndRandom));
    }

    public static DeploymentId parse(String text) {
        try {
            UUID parsed = UUID.fromString(text);
            if (parsed.toString().equals(text)) {
                return new DeploymentId(parsed);
            }
        } catch (IllegalArgumentException notAUuid) {
            // told below, as for a UUID in another spelling
        }
        throw new Problem.NotFound("No deployment " + Quoted.of(text) + "; ids are lower-case UUIDs.").asException();
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
