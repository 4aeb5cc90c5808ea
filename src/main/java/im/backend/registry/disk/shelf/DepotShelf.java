package im.backend.registry.disk.shelf;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import im.backend.domain.Digest;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.ObjectStore;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredObject;
import im.backend.registry.cache.BlobCache;
import im.backend.registry.cache.CacheSettings;
import im.backend.registry.cache.Turns;
import im.backend.registry.disk.shelf.Receipts.Place;
import im.backend.registry.disk.shelf.Receipts.Receipt;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Blobs in a store of objects, with copies here. The receipt is the blob: it is written when the object is stored and goes
 * before the object does, so that what is known can always be had. Whoever stores or removes an object has the digest's turn,
 * so that a removal never hits what was stored a moment ago (ADR 0031).
 */
public final class DepotShelf implements Shelf {
    private static final System.Logger LOG = System.getLogger(DepotShelf.class.getName());

    private final Layout layout;
    private final DurableFiles files;
    private final RepositoryTree tree;
    private final ObjectStore objects;
    private final Receipts receipts;
    private final BlobCache cache;
    private final Turns<Digest> turns = new Turns<>();

    public DepotShelf(Layout layout, DurableFiles files, RepositoryTree tree, Depot depot) {
        this.layout = layout;
        this.files = files;
        this.tree = tree;
        this.objects = depot.objects();
        this.receipts = new Receipts(layout, files);
        this.cache = new BlobCache(
                new CacheSettings(layout.blobs(), layout.unfinished(), depot.cacheBytesMax()),
                depot.objects(),
                this::isOnlyHere,
                files.clock());
    }

    @Override
    public void start() throws IOException {
        Files.createDirectories(layout.blobs());
        Files.createDirectories(layout.receipts());
    }

    public Receipts receipts() {
        return receipts;
    }

    public BlobCache cache() {
        return cache;
    }

    /** What can not be read is better kept. */
    private boolean isOnlyHere(Digest digest) {
        try {
            return receipts.read(digest).place() == Place.ONLY_HERE;
        } catch (NoSuchFileException collected) {
            return false;
        } catch (IOException unreadable) {
            return true;
        }
    }

    @Override
    public boolean has(Digest digest) {
        return receipts.has(digest);
    }

    @Override
    public long sizeBytes(Digest digest) throws IOException {
        return receipts.read(digest).sizeBytes();
    }

    @Override
    public Instant wantedAt(Digest digest) throws IOException {
        return receipts.writtenAt(digest);
    }

    @Override
    public void touch(Digest digest) throws IOException {
        files.touch(receipts.file(digest));
    }

    @Override
    public void renew(Digest digest) throws IOException {
        files.renew(receipts.file(digest));
    }

    @Override
    public SeekableByteChannel open(Digest digest) throws IOException {
        long size = sizeBytes(digest);
        try {
            return cache.open(digest, size);
        } catch (NoSuchFileException gone) {
            forget(digest);
            throw gone;
        }
    }

    /** The object was taken from the store behind our back: from now on the blob is unknown, and can be pushed again. */
    private void forget(Digest digest) throws IOException {
        Optional<Turns.Turn> turn = turns.tryTake(digest);
        if (turn.isEmpty()) {
            return;
        }
        try (Turns.Turn _ = turn.get()) {
            boolean still = objects.read(BlobCache.objectKey(digest), 0, 1).isEmpty();
            if (still && files.delete(receipts.file(digest))) {
                LOG.log(WARNING, "object store: blob {0} is not there any more; push its images again", digest);
            }
        }
    }

    @Override
    public byte[] read(Digest digest) throws IOException {
        try (var in = Channels.newInputStream(open(digest))) {
            return in.readAllBytes();
        }
    }

    @Override
    public Delivery deliver(StoredBlob blob, Path verified) throws IOException {
        Turns.Turn turn = turns.take(blob.digest());
        boolean delivered = false;
        try {
            if (!isStored(blob.digest())) {
                objects.put(BlobCache.objectKey(blob.digest()), verified, blob.digest());
            }
            delivered = true;
            return new Sent(blob, verified, turn);
        } finally {
            if (!delivered) {
                turn.close();
            }
        }
    }

    private boolean isStored(Digest digest) throws IOException {
        try {
            return receipts.read(digest).place() == Place.DEPOT;
        } catch (NoSuchFileException unknown) {
            return false;
        }
    }

    /** Keeps the turn until it is closed: no collection takes the object away before the receipt is there. */
    private final class Sent implements Delivery {
        private final StoredBlob blob;
        private final Path verified;
        private final Turns.Turn turn;

        private Sent(StoredBlob blob, Path verified, Turns.Turn turn) {
            this.blob = blob;
            this.verified = verified;
            this.turn = turn;
        }

        @Override
        public void place() throws IOException {
            if (isStored(blob.digest())) {
                renew(blob.digest());
            } else {
                receipts.write(blob.digest(), new Receipt(blob.sizeBytes(), Place.DEPOT));
            }
            cache.keep(blob.digest(), verified);
        }

        @Override
        public void close() {
            turn.close();
        }
    }

    /** Sends what is only here. Fails with Unavailable. */
    public void send(Digest digest) throws IOException {
        try (Turns.Turn _ = turns.take(digest)) {
            Receipt receipt = receipts.read(digest);
            if (receipt.place() == Place.ONLY_HERE) {
                objects.put(BlobCache.objectKey(digest), cache.file(digest), digest);
                receipts.replace(digest, new Receipt(receipt.sizeBytes(), Place.DEPOT));
            }
        } catch (NoSuchFileException collected) {
            LOG.log(DEBUG, "{0} was collected before it was sent", digest);
        }
    }

    @Override
    public List<RepositoryTree.Shard> shards() throws IOException {
        return tree.shards(layout.receipts());
    }

    @Override
    public Clearing clear() {
        return new Removal();
    }

    /** Receipts go at once, objects when the lock of the collection is given back; until then it has their turns. */
    private final class Removal implements Clearing {
        private final Map<Digest, Turns.Turn> taken = new HashMap<>();

        @Override
        public boolean remove(Digest digest) throws IOException {
            Optional<Turns.Turn> turn = turns.tryTake(digest);
            if (turn.isEmpty()) {
                return false;
            }
            taken.put(digest, turn.get());
            files.delete(receipts.file(digest));
            cache.drop(digest);
            return true;
        }

        @Override
        public void close() {
            boolean answers = true;
            for (Map.Entry<Digest, Turns.Turn> one : taken.entrySet()) {
                try (Turns.Turn _ = one.getValue()) {
                    answers = answers && removed(one.getKey());
                }
            }
        }
    }

    /** False when the store does not answer; what is left is found by {@link #sweep}. */
    private boolean removed(Digest digest) {
        try {
            objects.delete(BlobCache.objectKey(digest));
            return true;
        } catch (ProblemException unavailable) {
            LOG.log(DEBUG, "{0} is left in the object store: {1}", digest, unavailable.getMessage());
            return false;
        }
    }

    @Override
    public Strays sweep(Instant before, Extent extent) {
        int count = 0;
        long bytes = 0;
        try {
            for (StoredObject object : objects.list(BlobCache.OBJECTS)) {
                Optional<Digest> digest = digest(object.key());
                boolean stray = digest.isPresent() && !receipts.has(digest.get());
                if (stray && object.storedAt().isBefore(before) && removeStray(digest.get(), extent)) {
                    count++;
                    bytes += object.sizeBytes();
                }
            }
            if (extent == Extent.REMOVE) {
                objects.tidy();
            }
        } catch (ProblemException unavailable) {
            LOG.log(WARNING, "object store: not looked through for strays: {0}", unavailable.getMessage());
        }
        return new Strays(count, bytes);
    }

    private boolean removeStray(Digest digest, Extent extent) {
        Optional<Turns.Turn> turn = turns.tryTake(digest);
        if (turn.isEmpty()) {
            return false;
        }
        try (Turns.Turn _ = turn.get()) {
            return !receipts.has(digest) && (extent == Extent.DRY_RUN || removed(digest));
        }
    }

    /** What has another name is not ours. */
    public static Optional<Digest> digest(String key) {
        String[] parts = key.split("/");
        return parts.length == 4 ? Digest.parse(parts[1] + ":" + parts[3]) : Optional.empty();
    }
}
