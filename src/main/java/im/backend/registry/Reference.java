package im.backend.registry;

import im.backend.domain.Digest;
import im.backend.problem.Problem;

/** What a manifest is asked for by. */
public sealed interface Reference {
    record ByTag(Tag tag) implements Reference {}

    record ByDigest(Digest digest) implements Reference {}

    /** Fails with Malformed {@code digest-invalid} when it has a colon, as no tag has, and {@code manifest-invalid} else. */
    static Reference parse(String text) {
        return text.indexOf(':') < 0 ? new ByTag(new Tag(text)) : new ByDigest(digest(text));
    }

    /** Fails with Malformed {@code digest-invalid}. */
    static Digest digest(String text) {
        return Digest.parse(text)
                .orElseThrow(() -> new Problem.Malformed(
                                "digest-invalid",
                                "The digest is not one that is known here (expected: sha256: and 64, or sha512: and"
                                        + " 128, lower-case hex digits).")
                        .asException());
    }
}
