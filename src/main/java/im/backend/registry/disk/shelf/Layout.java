package im.backend.registry.disk.shelf;

import im.backend.domain.Digest;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import java.nio.file.Path;

/**
 * Where what is. Names below a repository's folder start with an underscore, as no part of a repository name does, so that
 * {@code a/b} and what {@code a} holds never meet.
 */
public record Layout(Path root) {
    private static final int SHARD_DIGITS = 2;

    public Path unfinished() {
        return root.resolve("unfinished");
    }

    public Path uploads() {
        return root.resolve("uploads");
    }

    public Path repositories() {
        return root.resolve("repositories");
    }

    Path blobs() {
        return root.resolve("blobs");
    }

    Path blob(Digest digest) {
        return sharded(blobs(), digest);
    }

    /** Of blobs that are kept by a store of objects. */
    Path receipts() {
        return root.resolve("receipts");
    }

    Path receipt(Digest digest) {
        return sharded(receipts(), digest);
    }

    /** Which store of objects this registry belongs to; absent where there never was one. */
    public Path depot() {
        return root.resolve("depot");
    }

    private static Path sharded(Path folder, Digest digest) {
        String hex = digest.hex();
        return folder.resolve(digest.algorithm().label())
                .resolve(hex.substring(0, SHARD_DIGITS))
                .resolve(hex);
    }

    public Folder repository(RepositoryName name) {
        return new Folder(repositories().resolve(name.value()));
    }

    /** What one repository holds. */
    public record Folder(Path path) {
        static final String BLOBS = "_blobs";
        static final String MANIFESTS = "_manifests";
        static final String TAGS = "_tags";
        static final String REFERRERS = "_referrers";

        /** An empty file: it is there, or it is not. */
        public Path blob(Digest digest) {
            return below(blobs(), digest);
        }

        public Path blobs() {
            return path.resolve(BLOBS);
        }

        /** Holds the media type, and the subject in a second line when there is one. */
        public Path manifest(Digest digest) {
            return below(manifests(), digest);
        }

        public Path manifests() {
            return path.resolve(MANIFESTS);
        }

        /** Holds the digest. */
        public Path tag(Tag tag) {
            return tags().resolve(tag.value());
        }

        public Path tags() {
            return path.resolve(TAGS);
        }

        /** An empty file for each manifest that has this subject. */
        public Path referrer(Digest subject, Digest manifest) {
            return below(referrers(subject), manifest);
        }

        public Path referrers(Digest subject) {
            return below(path.resolve(REFERRERS), subject);
        }

        private static Path below(Path folder, Digest digest) {
            return folder.resolve(digest.algorithm().label()).resolve(digest.hex());
        }
    }
}
