package im.backend.build.base;

import im.backend.build.ImageReference;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where base images are in the registry here: {@code base/docker.io/library/python}, under the tag they have there. */
final class Shelf {
    static final String PREFIX = "base/";
    private static final Pattern PORT = Pattern.compile("_([0-9]{1,5})$");
    private static final String DIGEST_TAG = "sha256-";

    private Shelf() {}

    static RepositoryName repository(ImageReference reference) {
        return new RepositoryName(PREFIX + reference.host().replace(':', '_') + "/" + reference.repository());
    }

    static Tag tag(ImageReference reference) {
        return new Tag(
                reference.digest().map(digest -> DIGEST_TAG + digest.hex()).orElse(reference.tag()));
    }

    /** Empty for a repository or tag that no base image is under. */
    static Optional<ImageReference> reference(RepositoryName repository, Tag tag) {
        String path = repository.value();
        int slash = path.indexOf('/', PREFIX.length());
        if (!path.startsWith(PREFIX) || slash < 0) {
            return Optional.empty();
        }
        Matcher port = PORT.matcher(path.substring(PREFIX.length(), slash));
        String name = port.replaceFirst(":$1") + path.substring(slash);
        String qualifier = tag.value().startsWith(DIGEST_TAG)
                ? "@sha256:" + tag.value().substring(DIGEST_TAG.length())
                : ":" + tag.value();
        return Optional.of(ImageReference.parse(name + qualifier));
    }
}
