package im.backend.registry.disk;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import im.backend.domain.Digest;
import im.backend.registry.ObjectStore;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.StoredObject;
import im.backend.registry.cache.BlobCache;
import im.backend.registry.disk.DepotRecords.Named;
import im.backend.registry.disk.shelf.DepotShelf;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.Receipts.Place;
import im.backend.registry.disk.shelf.Receipts.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * Makes the folders of an empty registry from what its depot holds: receipts of all blobs, and the manifests, tags and links
 * of each repository. It can be run again where it was broken off.
 */
record Restoration(Ground ground, DepotShelf shelf, ObjectStore objects) {
    private static final System.Logger LOG = System.getLogger(Restoration.class.getName());
    private static final int RECORD_BYTES_MAX = 64 << 20;

    void run() throws IOException {
        int blobs = 0;
        for (StoredObject object : objects.list(BlobCache.OBJECTS)) {
            Optional<Digest> digest = DepotShelf.digest(object.key());
            if (digest.isPresent()) {
                shelf.receipts().write(digest.get(), new Receipt(object.sizeBytes(), Place.DEPOT));
                blobs++;
            }
        }
        int repositories = 0;
        for (StoredObject object : objects.list(DepotRecords.REPOSITORIES)) {
            if (object.key().endsWith(DepotRecords.NAMES)) {
                restore(object);
                repositories++;
            }
        }
        ground.files().sync();
        LOG.log(INFO, "object store: {0} blobs and {1} repositories are back from there", blobs, repositories);
    }

    private void restore(StoredObject object) throws IOException {
        String key = object.key();
        RepositoryName repository = new RepositoryName(
                key.substring(DepotRecords.REPOSITORIES.length(), key.length() - DepotRecords.NAMES.length()));
        Layout.Folder folder = ground.layout().repository(repository);
        byte[] record = objects.read(key, 0, (int) Math.min(RECORD_BYTES_MAX, Math.max(1, object.sizeBytes())))
                .orElseThrow(() -> new NoSuchFileException(key));
        for (String line : new String(record, StandardCharsets.UTF_8).lines().toList()) {
            switch (Named.parse(line)) {
                case Named.Manifest manifest -> restore(repository, manifest);
                case Named.Tagged(var tag, var digest) -> {
                    if (Files.exists(folder.manifest(digest))) {
                        ground.files().write(folder.tag(tag), digest.value());
                    }
                }
            }
        }
    }

    private void restore(RepositoryName repository, Named.Manifest named) throws IOException {
        Layout.Folder folder = ground.layout().repository(repository);
        byte[] content;
        try {
            content = shelf.read(named.digest());
        } catch (NoSuchFileException lost) {
            LOG.log(WARNING, "object store: manifest {0} of {1} is not there", named.digest(), repository);
            return;
        }
        for (Digest blob : ManifestDocument.read(content, named.mediaType()).blobs()) {
            if (shelf.has(blob)) {
                ground.files().mark(folder.blob(blob));
            }
        }
        if (named.subject().isPresent()) {
            ground.files().mark(folder.referrer(named.subject().get(), named.digest()));
        }
        StoredManifest manifest = new StoredManifest(named.digest(), named.mediaType(), named.subject(), content);
        ground.files().write(folder.manifest(named.digest()), Manifests.entry(manifest));
    }
}
