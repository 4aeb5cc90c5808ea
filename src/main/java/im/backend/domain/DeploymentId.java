package im.backend.domain;

import im.backend.problem.Problem;
import java.util.UUID;

public record DeploymentId(UUID value) {
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
