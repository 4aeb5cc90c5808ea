package im.backend.registry;

import im.backend.domain.Digest;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Manifests and their tags in repositories, on top of a {@link BlobStore}. It judges what is stored and not who asks. What a
 * method has stored survives a power cut when it returns. Safe for several threads; failures of the disk as there.
 */
public interface ImageRegistry {
    BlobStore blobs();

    /**
     * Stores a manifest and points the tags at it, when it is whole: each blob and manifest it names is in the repository,
     * but for its subject and for layers that have urls of their own. The repository is made when it is not there.
     * Fails with Malformed {@code manifest-invalid}, NotFound {@code manifest-blob-unknown}, TooLarge
     * {@code manifest-invalid} and Forbidden {@code denied} (quota).
     */
    StoredManifest put(RepositoryName repository, NewManifest manifest);

    /** Empty when the repository has no such tag or manifest. */
    Optional<StoredManifest> find(RepositoryName repository, Reference reference);

    /** In the order of their characters; none when the repository is not there. */
    List<Tag> tags(RepositoryName repository);

    /** Manifests of the repository that name {@code subject} as their subject, in the order of their digests. */
    List<Referrer> referrers(RepositoryName repository, Digest subject);

    /** By tag: the tag alone. By digest: the manifest, the tags that point at it and its entry with its subject. At once; false when there was none. */
    boolean delete(RepositoryName repository, Reference reference);

    /** All there are, in the order of their characters. */
    SortedSet<RepositoryName> repositories();

    /** Looks at every repository and blob: for a person who asks, not for each request. */
    RegistryUsage usage();

    /**
     * Removes what nobody can want any more: manifests without a tag that no kept manifest names, blobs that no kept
     * manifest of their repository names, and uploads that were given up. Nothing younger than the grace time goes, so that a
     * push that is under way keeps what it has sent.
     *
     * @param live manifests that stay without a tag, such as those of releases
     */
    Collected collect(Collection<Digest> live, Extent extent);

    /** How far a collection goes. */
    enum Extent {
        /** Says what would go. */
        DRY_RUN,
        REMOVE
    }
}
