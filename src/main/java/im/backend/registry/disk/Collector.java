package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.RepositoryName;
import im.backend.registry.Tag;
import im.backend.registry.disk.shelf.DurableFiles;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.RepositoryTree;
import im.backend.registry.disk.shelf.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Marks what is wanted, repository by repository, and sweeps the rest; {@link Ground} says why pushes need not wait. */
final class Collector {
    private static final int GROUP = 128;

    private final Ground ground;
    private final Manifests manifests;
    private final DiskUploads uploads;
    private final RepositoryRecords records;

    Collector(Ground ground, Manifests manifests, DiskUploads uploads, RepositoryRecords records) {
        this.ground = ground;
        this.manifests = manifests;
        this.uploads = uploads;
        this.records = records;
    }

    synchronized Collected collect(Collection<Digest> live, Extent extent) throws IOException {
        Instant now = ground.clock().instant();
        Sweep sweep = new Sweep(now.minus(ground.limits().grace()), extent);
        Set<Digest> kept = Set.copyOf(live);
        Set<Digest> wanted = new HashSet<>();
        for (RepositoryName repository : ground.tree().all()) {
            sweep.repository(repository, kept, wanted);
        }
        sweep.blobs(wanted);
        int givenUp = sweep.uploads(now.minus(ground.limits().uploadTtl()));
        return new Collected(sweep.manifests, sweep.links, sweep.blobs, sweep.bytes, givenUp, sweep.repositories);
    }

    /** To be called with the whole lock. */
    void removeManifest(RepositoryName repository, Digest digest, ManifestDocument document) throws IOException {
        Layout.Folder folder = ground.layout().repository(repository);
        ground.files().delete(folder.manifest(digest));
        if (document.subject().isPresent()) {
            ground.files().delete(folder.referrer(document.subject().get(), digest));
        }
    }

    private final class Sweep {
        private final Instant before;
        private final Extent extent;
        private int manifests;
        private int links;
        private int blobs;
        private long bytes;
        private int repositories;

        private Sweep(Instant before, Extent extent) {
            this.before = before;
            this.extent = extent;
        }

        /** @param wanted gets what the repository goes on holding */
        private void repository(RepositoryName repository, Set<Digest> live, Set<Digest> wanted) throws IOException {
            Layout.Folder folder = ground.layout().repository(repository);
            Marked marked = mark(repository, live);
            List<Digest> unwanted = RepositoryTree.digests(folder.manifests()).stream()
                    .filter(digest -> !marked.manifests().contains(digest))
                    .toList();
            List<Digest> unlinked = new ArrayList<>();
            for (Digest held : RepositoryTree.digests(folder.blobs())) {
                if (marked.blobs().contains(held) || !isOld(folder.blob(held))) {
                    wanted.add(held);
                } else {
                    unlinked.add(held);
                }
            }
            wanted.addAll(marked.manifests());
            inGroups(unwanted, digest -> {
                if (isOld(folder.manifest(digest))) {
                    manifests++;
                    remove(repository, digest);
                } else {
                    wanted.add(digest);
                }
            });
            inGroups(unlinked, digest -> {
                if (isOld(folder.blob(digest))) {
                    links++;
                    delete(folder.blob(digest));
                } else {
                    wanted.add(digest);
                }
            });
            if (extent == Extent.REMOVE) {
                removeWhenEmpty(repository);
                if (!unwanted.isEmpty() || !unlinked.isEmpty()) {
                    Collector.this.manifests.cache().forget(repository);
                    ground.quotas().forget(repository);
                }
                if (!unwanted.isEmpty()) {
                    records.changed(repository);
                }
            }
        }

        private void remove(RepositoryName repository, Digest digest) throws IOException {
            Optional<ManifestDocument> document = Collector.this.manifests.document(repository, digest);
            if (extent == Extent.DRY_RUN) {
                return;
            }
            if (document.isPresent()) {
                removeManifest(repository, digest, document.get());
            } else {
                delete(ground.layout().repository(repository).manifest(digest));
            }
        }

        private void blobs(Set<Digest> wanted) throws IOException {
            for (RepositoryTree.Shard shard : ground.shelf().shards()) {
                List<Digest> unwanted = shard.digests().stream()
                        .filter(digest -> !wanted.contains(digest))
                        .toList();
                for (int from = 0; from < unwanted.size(); from += GROUP) {
                    List<Digest> group = unwanted.subList(from, Math.min(from + GROUP, unwanted.size()));
                    try (Shelf.Clearing clearing = ground.shelf().clear()) {
                        inGroups(group, digest -> removeBlob(digest, clearing));
                    }
                }
            }
            Shelf.Strays strays = ground.shelf().sweep(before, extent);
            blobs += strays.blobs();
            bytes += strays.bytes();
        }

        private void removeBlob(Digest digest, Shelf.Clearing clearing) throws IOException {
            if (!isOldBlob(digest)) {
                return;
            }
            long size = ground.shelf().sizeOrZero(digest);
            if (extent == Extent.DRY_RUN || clearing.remove(digest)) {
                blobs++;
                bytes += size;
            }
        }

        private boolean isOldBlob(Digest digest) throws IOException {
            try {
                return ground.shelf().wantedAt(digest).isBefore(before);
            } catch (NoSuchFileException gone) {
                return false;
            }
        }

        private int uploads(Instant idleSince) throws IOException {
            List<String> idle = uploads.idle(idleSince);
            if (extent == Extent.REMOVE) {
                for (String id : idle) {
                    uploads.remove(id);
                }
            }
            return idle.size();
        }

        private void delete(Path file) throws IOException {
            if (extent == Extent.REMOVE) {
                ground.files().delete(file);
            }
        }

        private boolean isOld(Path file) throws IOException {
            try {
                return Files.getLastModifiedTime(file).toInstant().isBefore(before);
            } catch (NoSuchFileException goneMeanwhile) {
                return false;
            }
        }

        private void removeWhenEmpty(RepositoryName repository) throws IOException {
            if (!ground.tree().isEmpty(repository)) {
                return;
            }
            ground.stable().writeLock().lock();
            try {
                if (ground.tree().isEmpty(repository)) {
                    ground.tree().remove(repository);
                    ground.names().remove(repository);
                    repositories++;
                }
            } finally {
                ground.stable().writeLock().unlock();
            }
        }

        private Marked mark(RepositoryName repository, Set<Digest> live) throws IOException {
            Layout.Folder folder = ground.layout().repository(repository);
            Marked marked = new Marked(new HashSet<>(), new HashSet<>());
            for (Digest digest : RepositoryTree.digests(folder.manifests())) {
                if (live.contains(digest) || !isOld(folder.manifest(digest))) {
                    follow(repository, digest, marked);
                }
            }
            for (Path file : DurableFiles.list(folder.tags())) {
                Tag tag = new Tag(file.getFileName().toString());
                Optional<Digest> digest = Collector.this.manifests.pointedAt(repository, tag);
                if (digest.isPresent()) {
                    follow(repository, digest.get(), marked);
                }
            }
            return marked;
        }
    }

    private record Marked(Set<Digest> manifests, Set<Digest> blobs) {}

    /** The manifest, what it names, and what names it as its subject. */
    private void follow(RepositoryName repository, Digest digest, Marked marked) throws IOException {
        if (marked.manifests().contains(digest)) {
            return;
        }
        Optional<ManifestDocument> document = manifests.document(repository, digest);
        if (document.isEmpty()) {
            return;
        }
        marked.manifests().add(digest);
        marked.blobs().addAll(document.get().blobs());
        for (Digest child : document.get().manifests()) {
            follow(repository, child, marked);
        }
        Path referrers = ground.layout().repository(repository).referrers(digest);
        for (Digest referrer : RepositoryTree.digests(referrers)) {
            follow(repository, referrer, marked);
        }
    }

    @FunctionalInterface
    private interface Removal {
        void of(Digest digest) throws IOException;
    }

    /** Some at a time, each group with the whole lock. */
    private void inGroups(List<Digest> digests, Removal removal) throws IOException {
        for (int from = 0; from < digests.size(); from += GROUP) {
            ground.stable().writeLock().lock();
            try {
                for (Digest digest : digests.subList(from, Math.min(from + GROUP, digests.size()))) {
                    removal.of(digest);
                }
            } finally {
                ground.stable().writeLock().unlock();
            }
        }
    }
}
