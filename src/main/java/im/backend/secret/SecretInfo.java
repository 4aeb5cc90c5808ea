package im.backend.secret;

import im.backend.domain.SecretName;
import java.time.Instant;

/** @param fingerprint keyed, so that equal values can be seen to be equal and nothing can be guessed */
public record SecretInfo(SecretName name, int version, String fingerprint, Instant updatedAt) {}
