package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.BlobStore;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.Referrer;
import im.backend.registry.RegistryUsage;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import im.backend.registry.Uploads;
import im.backend.registry.disk.shelf.DurableFiles;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.RepositoryTree;
import im.backend.registry.disk.shelf.Shelf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The registry in a folder: {@code blobs/} by digest, {@code uploads/}, and {@code repositories/} of small files that say who
 * holds what. Each appears by a rename or is empty, and what it names is there before it; so a crash at any moment leaves
 * no tag without its manifest and no manifest without its blobs, and there is nothing to mend at a start (ADR 0018). With a
 * {@link Depot} the bytes are at home there, and {@code blobs/} holds copies (ADR 0031).
 */
public final class DiskRegistry implements ImageRegistry, AutoCloseable {
    private final Ground ground;
    private final ManifestCache cache = new ManifestCache();
    private final BlobFiles blobs;
    private final Manifests manifests;
    private final DiskUploads uploads;
    private final Collector collector;
    private final RepositoryRecords records;
    private final Optional<DepotDesk> depot;

    public DiskRegistry(DiskRegistrySettings settings, Clock clock) {
        this.ground = Ground.of(settings, clock);
        this.blobs = new BlobFiles(ground);
        this.manifests = new Manifests(ground, cache);
        this.uploads = new DiskUploads(ground, blobs);
        this.depot = settings.depot().map(store -> new DepotDesk(ground, store));
        this.records = depot.<RepositoryRecords>map(DepotDesk::records).orElse(RepositoryRecords.NONE);
        this.collector = new Collector(ground, manifests, uploads, records);
    }

    /**
     * Makes the folders when they are not there. One process may have them open at a time: the data folder's lock sees to
     * that. With a depot, fails as {@link im.backend.registry.ObjectStore#check}, with Conflict {@code object-store-taken}
     * when what is there is another registry's, and {@code object-store-unset} without a depot when there was one.
     */
    public void start() {
        try {
            ground.start();
            if (depot.isPresent()) {
                depot.get().start();
            } else {
                DepotDesk.requireNone(ground.layout());
            }
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    /** How the depot is; empty where there is none. Asks it. */
    public Optional<DepotReport> depot() {
        return depot.map(DepotDesk::report);
    }

    @Override
    public void close() {
        depot.ifPresent(DepotDesk::close);
    }

    @Override
    public BlobStore blobs() {
        return blobs;
    }

    public Uploads uploads() {
        return uploads;
    }

    @Override
    public StoredManifest put(RepositoryName repository, NewManifest manifest) {
        int bytesMax = ground.limits().manifestBytesMax();
        if (manifest.content().length > bytesMax) {
            throw new Problem.TooLarge(
                            "manifest-invalid", "The manifest is over " + bytesMax + " bytes (registry.manifest-max).")
                    .asException();
        }
        String mediaType = ManifestDocument.mediaType(manifest.content(), manifest.mediaType());
        ManifestDocument document = ManifestDocument.read(manifest.content(), mediaType);
        StoredManifest stored =
                new StoredManifest(manifest.digest(), mediaType, document.subject(), manifest.content());
        try {
            Path temporary = ground.files().newTemporary();
            try {
                fill(temporary, manifest.content());
                store(repository, stored, document, manifest.tags(), temporary);
            } finally {
                Files.deleteIfExists(temporary);
            }
            records.changed(repository);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
        ground.names().add(repository);
        return stored;
    }

    private static void fill(Path temporary, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            DurableFiles.writeAll(channel, ByteBuffer.wrap(content));
            channel.force(false);
        }
    }

    private void store(
            RepositoryName repository, StoredManifest manifest, ManifestDocument document, List<Tag> tags, Path forced)
            throws IOException {
        StoredBlob blob = new StoredBlob(manifest.digest(), manifest.content().length);
        Layout.Folder folder = ground.layout().repository(repository);
        Path link = folder.manifest(manifest.digest());
        try (Shelf.Delivery delivery = ground.shelf().deliver(blob, forced)) {
            ground.stable().readLock().lock();
            try {
                requireAndRenew(repository, document);
                ground.quotas().charge(repository, link, blob.sizeBytes(), () -> {
                    delivery.place();
                    ground.files().write(link, Manifests.entry(manifest));
                });
                if (document.subject().isPresent()) {
                    ground.files().mark(folder.referrer(document.subject().get(), manifest.digest()));
                }
                ground.files().sync();
                for (Tag tag : tags) {
                    ground.files().write(folder.tag(tag), manifest.digest().value());
                }
                ground.files().sync();
            } finally {
                ground.stable().readLock().unlock();
                cache.forget(repository);
            }
        }
    }

    /** All that the manifest names becomes young, down to the last blob, before the manifest makes it reachable. */
    private void requireAndRenew(RepositoryName repository, ManifestDocument document) throws IOException {
        Layout.Folder folder = ground.layout().repository(repository);
        for (Digest needed : document.needed()) {
            if (!Files.exists(folder.blob(needed)) || !ground.shelf().has(needed)) {
                throw unknown("blob", needed);
            }
        }
        for (Digest blob : document.blobs()) {
            if (Files.exists(folder.blob(blob))) {
                ground.files().renew(folder.blob(blob));
                ground.shelf().renew(blob);
            }
        }
        for (Digest child : document.manifests()) {
            ManifestDocument named =
                    manifests.document(repository, child).orElseThrow(() -> unknown("manifest", child));
            ground.files().renew(folder.manifest(child));
            ground.shelf().renew(child);
            requireAndRenew(repository, named);
        }
    }

    private static ProblemException unknown(String kind, Digest digest) {
        return new Problem.NotFound(
                        "manifest-blob-unknown",
                        "The manifest names the " + kind + " " + digest
                                + ", which is not in this repository. Push it first.")
                .asException();
    }

    @Override
    public Optional<StoredManifest> find(RepositoryName repository, Reference reference) {
        try {
            return manifests.find(repository, reference);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public List<Tag> tags(RepositoryName repository) {
        try {
            return DurableFiles.list(ground.layout().repository(repository).tags()).stream()
                    .map(file -> new Tag(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public List<Referrer> referrers(RepositoryName repository, Digest subject) {
        try {
            List<Referrer> found = new ArrayList<>();
            Path folder = ground.layout().repository(repository).referrers(subject);
            for (Digest digest : RepositoryTree.digests(folder)) {
                manifests
                        .find(repository, digest)
                        .ifPresent(manifest -> found.add(ManifestDocument.read(manifest.content(), manifest.mediaType())
                                .asReferrer(manifest)));
            }
            return List.copyOf(found);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    /** A manifest is deleted with the whole lock, so that no push gives it a tag in between. */
    @Override
    public boolean delete(RepositoryName repository, Reference reference) {
        try {
            boolean deleted = switch (reference) {
                case Reference.ByTag(Tag tag) ->
                    ground.files().delete(ground.layout().repository(repository).tag(tag));
                case Reference.ByDigest(Digest digest) -> deleteManifest(repository, digest);
            };
            cache.forget(repository);
            ground.files().sync();
            if (deleted) {
                records.changed(repository);
            }
            return deleted;
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    private boolean deleteManifest(RepositoryName repository, Digest digest) throws IOException {
        ground.stable().writeLock().lock();
        try {
            Optional<ManifestDocument> document = manifests.document(repository, digest);
            if (document.isEmpty()) {
                return false;
            }
            for (Tag tag : tags(repository)) {
                if (manifests.pointedAt(repository, tag).equals(Optional.of(digest))) {
                    ground.files().delete(ground.layout().repository(repository).tag(tag));
                }
            }
            collector.removeManifest(repository, digest, document.get());
            // A tag weighs nothing: only here is there less than was counted.
            ground.quotas().forget(repository);
            return true;
        } finally {
            ground.stable().writeLock().unlock();
        }
    }

    @Override
    public SortedSet<RepositoryName> repositories() {
        try {
            return ground.names().all();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public RegistryUsage usage() {
        try {
            return new Census(ground).take();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public Collected collect(Collection<Digest> live, Extent extent) {
        try {
            return collector.collect(live, extent);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }
}
