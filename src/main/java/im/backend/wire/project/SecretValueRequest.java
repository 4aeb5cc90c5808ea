package im.backend.wire.project;

import java.util.Optional;

/** {@code PUT /v1/projects/{project}/secrets/{name}}; {@code restart} is true when absent. */
public record SecretValueRequest(String value, Optional<Boolean> restart) {
    @Override
    public String toString() {
        return "SecretValueRequest[***]";
    }
}
