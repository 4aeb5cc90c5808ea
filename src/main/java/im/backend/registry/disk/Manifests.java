package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads manifests and tags. */
record Manifests(Ground ground, ManifestCache cache) {
    Optional<StoredManifest> find(RepositoryName repository, Reference reference) throws IOException {
        Optional<StoredManifest> cached = cache.find(repository, reference);
        if (cached.isPresent()) {
            return cached;
        }
        long mark = cache.mark();
        Optional<Digest> digest = digest(repository, reference);
        Optional<StoredManifest> found = digest.isPresent() ? read(repository, digest.get()) : Optional.empty();
        found.ifPresent(manifest -> cache.keep(repository, reference, manifest, mark));
        return found;
    }

    Optional<StoredManifest> find(RepositoryName repository, Digest digest) throws IOException {
        return find(repository, new Reference.ByDigest(digest));
    }

    /** What the manifest names; empty when the repository does not have it. */
    Optional<ManifestDocument> document(RepositoryName repository, Digest digest) throws IOException {
        return read(repository, digest)
                .map(manifest -> ManifestDocument.read(manifest.content(), manifest.mediaType()));
    }

    private Optional<Digest> digest(RepositoryName repository, Reference reference) throws IOException {
        return switch (reference) {
            case Reference.ByDigest(Digest digest) -> Optional.of(digest);
            case Reference.ByTag(Tag tag) -> pointedAt(repository, tag);
        };
    }

    Optional<Digest> pointedAt(RepositoryName repository, Tag tag) throws IOException {
        Path file = ground.layout().repository(repository).tag(tag);
        try {
            return Digest.parse(Files.readString(file));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** What a manifest's own file in the repository says: its media type, and its subject when it has one. */
    static String entry(StoredManifest manifest) {
        return manifest.mediaType()
                + manifest.subject().map(subject -> "\n" + subject).orElse("");
    }

    private Optional<StoredManifest> read(RepositoryName repository, Digest digest) throws IOException {
        try {
            List<String> entry =
                    Files.readAllLines(ground.layout().repository(repository).manifest(digest));
            Optional<Digest> subject = entry.size() > 1 ? Digest.parse(entry.get(1)) : Optional.empty();
            byte[] content = ground.shelf().read(digest);
            return Optional.of(new StoredManifest(digest, entry.getFirst(), subject, content));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }
}
