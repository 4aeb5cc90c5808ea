package im.backend.registry.oci;

import im.backend.domain.Digest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import java.util.List;
import java.util.Optional;

/**
 * What a path below {@code /v2} is for. A repository name has slashes in it, so a path is read from its end; a name may well
 * end in {@code blobs} or {@code tags} itself.
 */
sealed interface OciTarget {
    /** The methods it answers to, as {@code Allow} lists them. */
    List<String> methods();

    record Ping() implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD");
        }
    }

    record Token() implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD", "POST");
        }
    }

    record Catalog() implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD");
        }
    }

    record Tags(RepositoryName repository) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD");
        }
    }

    record Referrers(RepositoryName repository, Digest subject) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD");
        }
    }

    record Manifest(RepositoryName repository, Reference reference) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD", "PUT", "DELETE");
        }
    }

    record Blob(RepositoryName repository, Digest digest) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD", "DELETE");
        }
    }

    record NewUpload(RepositoryName repository) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("POST");
        }
    }

    record Upload(RepositoryName repository, String id) implements OciTarget {
        @Override
        public List<String> methods() {
            return List.of("GET", "HEAD", "PATCH", "PUT", "DELETE");
        }
    }

    /**
     * @param path below {@code /v2}, decoded: empty, or with a slash in front
     * @return empty when nothing is there; fails with Malformed when the name, tag or digest in it is not allowed
     */
    static Optional<OciTarget> parse(String path) {
        return switch (path) {
            case "", "/" -> Optional.of(new Ping());
            case "/token" -> Optional.of(new Token());
            case "/_catalog" -> Optional.of(new Catalog());
            default -> inRepository(path.substring(1));
        };
    }

    private static Optional<OciTarget> inRepository(String path) {
        for (String end : List.of("/blobs/uploads", "/blobs/uploads/", "/tags/list")) {
            if (path.endsWith(end)) {
                RepositoryName repository = new RepositoryName(path.substring(0, path.length() - end.length()));
                return Optional.of(end.equals("/tags/list") ? new Tags(repository) : new NewUpload(repository));
            }
        }
        int last = path.lastIndexOf('/');
        String parent = path.substring(0, Math.max(0, last));
        String name = path.substring(last + 1);
        if (parent.endsWith("/blobs/uploads")) {
            return Optional.of(new Upload(repository(parent, "/blobs/uploads"), name));
        }
        if (parent.endsWith("/blobs")) {
            return Optional.of(new Blob(repository(parent, "/blobs"), Reference.digest(name)));
        }
        if (parent.endsWith("/manifests")) {
            return Optional.of(new Manifest(repository(parent, "/manifests"), Reference.parse(name)));
        }
        if (parent.endsWith("/referrers")) {
            return Optional.of(new Referrers(repository(parent, "/referrers"), Reference.digest(name)));
        }
        return Optional.empty();
    }

    private static RepositoryName repository(String path, String end) {
        return new RepositoryName(path.substring(0, path.length() - end.length()));
    }
}
