package im.backend.registry;

import im.backend.domain.Digest;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A manifest on its way in.
 *
 * @param content the bytes as they came; they are never written anew, so the digest stays the pusher's
 * @param mediaType as the pusher calls it
 * @param algorithm of the digest that it is stored under
 * @param tags that name it from now on, in the order of their names; none is allowed
 */
public record NewManifest(byte[] content, String mediaType, Digest.Algorithm algorithm, List<Tag> tags) {
    public NewManifest {
        tags = List.copyOf(new TreeSet<>(tags));
    }

    /** Under sha256. */
    public NewManifest(byte[] content, String mediaType, Collection<Tag> tags) {
        this(content, mediaType, Digest.Algorithm.SHA256, List.copyOf(tags));
    }

    public Digest digest() {
        return Digest.of(algorithm, content);
    }
}
