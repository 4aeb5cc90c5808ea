package im.backend.registry.cache;

import im.backend.domain.Digest;
import im.backend.registry.ObjectStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Copies of blobs on the disk. One that is missing is fetched, once for all who ask meanwhile, and read while it comes. When
 * there are too many, those go that were read the longest ago; whoever reads one keeps reading it.
 */
public final class BlobCache {
    /** What the keys of all blobs in the store begin with. */
    public static final String OBJECTS = "blobs/";

    private static final int FETCHES_MAX = 8;
    /** Some room is made at once, so that not each new copy looks for an old one. */
    private static final double FILLED_AFTER_EVICTION = 0.9;

    /** Manifests and configurations go last: they weigh little, and each collection reads them all. */
    private static final long SMALL_BYTES = 64 * 1024;

    private static final long UNKNOWN = -1;

    private final CacheSettings settings;
    private final ObjectStore objects;
    private final Predicate<Digest> isOnlyHere;
    private final Clock clock;
    private final Map<Digest, Fetch> fetches = new ConcurrentHashMap<>();
    private final Semaphore fetching = new Semaphore(FETCHES_MAX);
    private long bytes = UNKNOWN;

    /** @param isOnlyHere what must not be thrown away */
    public BlobCache(CacheSettings settings, ObjectStore objects, Predicate<Digest> isOnlyHere, Clock clock) {
        this.settings = settings;
        this.objects = objects;
        this.isOnlyHere = isOnlyHere;
        this.clock = clock;
    }

    /** Of the blob's object in the store. */
    public static String objectKey(Digest digest) {
        return OBJECTS + key(digest);
    }

    /** Where blobs are, below the folder of the copies and in the store alike. */
    private static String key(Digest digest) {
        return digest.algorithm().label() + "/" + digest.hex().substring(0, 2) + "/" + digest.hex();
    }

    /**
     * To be closed by the caller; it stays readable when the copy is thrown away meanwhile. Returns when the first bytes are
     * there; the last ones are given out when the digest of all is right, and the channel fails when it is not. Fails with
     * NoSuchFileException when the store has no such object, and with Unavailable when it can not be asked or its bytes are
     * others ({@code blob-damaged}).
     */
    public SeekableByteChannel open(Digest digest, long sizeBytes) throws IOException {
        Path file = file(digest);
        while (true) {
            try {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                touch(file);
                return channel;
            } catch (NoSuchFileException notHere) {
                Optional<SeekableByteChannel> coming = fetch(digest, sizeBytes, file);
                if (coming.isPresent()) {
                    return coming.get();
                }
            }
        }
    }

    /** Empty when it has come meanwhile. */
    private Optional<SeekableByteChannel> fetch(Digest digest, long sizeBytes, Path file) throws IOException {
        Fetch fetch = fetches.computeIfAbsent(
                digest,
                _ -> Files.exists(file) ? null : new Fetch(digest, sizeBytes, settings.unfinished()).start(this::run));
        return fetch == null ? Optional.empty() : fetch.open();
    }

    private void run(Fetch fetch) {
        fetching.acquireUninterruptibly();
        try {
            fetch.run(objects, temporary -> publish(fetch.digest(), temporary));
        } finally {
            fetching.release();
            fetches.remove(fetch.digest());
        }
    }

    /** The verified file is the copy from now on; one that was there stays. */
    public void keep(Digest digest, Path verified) throws IOException {
        if (!Files.exists(file(digest))) {
            publish(digest, verified);
        }
    }

    private void publish(Digest digest, Path verified) throws IOException {
        Path file = file(digest);
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "below the folder"));
        Files.move(verified, file, StandardCopyOption.ATOMIC_MOVE);
        touch(file);
        grow(Files.size(file));
    }

    public void drop(Digest digest) throws IOException {
        if (Files.deleteIfExists(file(digest))) {
            forgetSize();
        }
    }

    /** The file of the copy, whether it is there or not. */
    public Path file(Digest digest) {
        return settings.folder().resolve(key(digest));
    }

    private void touch(Path file) throws IOException {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (NoSuchFileException thrownAwayMeanwhile) {
            // Whoever has it open reads on.
        }
    }

    private synchronized void forgetSize() {
        bytes = UNKNOWN;
    }

    private synchronized void grow(long moreBytes) throws IOException {
        // Where it has to be counted, the new one is counted too.
        bytes = bytes == UNKNOWN ? sizeBytes() : bytes + moreBytes;
        if (bytes > settings.bytesMax()) {
            evict();
        }
    }

    private void evict() throws IOException {
        List<Copy> copies = copies();
        long left = copies.stream().mapToLong(Copy::sizeBytes).sum();
        for (Copy copy : copies) {
            if (left <= settings.bytesMax() * FILLED_AFTER_EVICTION) {
                break;
            }
            boolean needed = isOnlyHere.test(copy.digest());
            if (!needed && Files.deleteIfExists(file(copy.digest()))) {
                left -= copy.sizeBytes();
            }
        }
        bytes = left;
    }

    /** On the disk now, all together. */
    public synchronized long sizeBytes() throws IOException {
        if (bytes == UNKNOWN) {
            bytes = copies().stream().mapToLong(Copy::sizeBytes).sum();
        }
        return bytes;
    }

    /** @param usedAt when it was read or kept */
    public record Copy(Digest digest, long sizeBytes, FileTime usedAt) {}

    /** All that are there, in the order in which they go: what was read the longest ago first. */
    public List<Copy> copies() throws IOException {
        List<Copy> copies = new ArrayList<>();
        Files.walkFileTree(settings.folder(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                Path algorithm = settings.folder().relativize(file).getName(0);
                Digest.parse(algorithm + ":" + file.getFileName())
                        .ifPresent(digest ->
                                copies.add(new Copy(digest, attributes.size(), attributes.lastModifiedTime())));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException thrownAwayMeanwhile) {
                return FileVisitResult.CONTINUE;
            }
        });
        copies.sort(Comparator.comparing((Copy copy) -> copy.sizeBytes() < SMALL_BYTES)
                .thenComparing(Copy::usedAt));
        return List.copyOf(copies);
    }
}
