package im.backend.registry.cache;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One blob on its way from the store, read by others while it comes. It comes in pieces, so that a connection that breaks
 * costs one of them. The last piece is not shown before the digest of all is right: nobody gets a whole blob that is wrong.
 */
final class Fetch {
    static final int PIECE_BYTES = 4 << 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);
    private static final System.Logger LOG = System.getLogger(Fetch.class.getName());

    private final Digest digest;
    private final long sizeBytes;
    private final Path folder;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private @Nullable Path temporary;
    private long shownBytes;
    private boolean ended;
    private @Nullable Exception failure;

    Fetch(Digest digest, long sizeBytes, Path folder) {
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.folder = folder;
    }

    Digest digest() {
        return digest;
    }

    Fetch start(Consumer<Fetch> work) {
        Thread.ofVirtual().name("fetch").start(() -> work.accept(this));
        return this;
    }

    /** Takes a whole and verified file. */
    @FunctionalInterface
    interface Publishing {
        void publish(Path verified) throws IOException;
    }

    void run(ObjectStore objects, Publishing publishing) {
        Path file = null;
        try {
            file = Files.createTempFile(folder, "fetch", "");
            copy(objects, file);
            publishing.publish(file);
            show(file, sizeBytes, true);
        } catch (IOException | RuntimeException failed) {
            fail(failed);
        } finally {
            remove(file);
        }
    }

    private void copy(ObjectStore objects, Path file) throws IOException {
        MessageDigest hash = digest.algorithm().start();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long at = 0;
            while (at < sizeBytes) {
                byte[] piece = objects.read(
                                BlobCache.objectKey(digest), at, (int) Math.min(PIECE_BYTES, sizeBytes - at))
                        .orElseThrow(() -> new NoSuchFileException(digest.value()));
                if (piece.length == 0) {
                    throw damaged("ends at byte " + at + " of " + sizeBytes);
                }
                hash.update(piece);
                for (ByteBuffer bytes = ByteBuffer.wrap(piece); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
                at += piece.length;
                if (at < sizeBytes) {
                    show(file, at, false);
                }
            }
            if (!Digest.of(digest.algorithm(), hash).equals(digest)) {
                throw damaged("has other bytes");
            }
            out.force(false);
        }
    }

    private ProblemException damaged(String how) {
        LOG.log(Level.WARNING, "object store: blob {0} {1}; it is not given out", digest, how);
        return new Problem.Unavailable(
                        "blob-damaged",
                        "The store that keeps the registry's blobs gave other bytes for " + digest
                                + ". They were thrown away. Delete the object there and push the image again.",
                        RETRY_AFTER)
                .asException();
    }

    private static void remove(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException leftForTheNextStart) {
            LOG.log(Level.DEBUG, "{0} is left", file);
        }
    }

    private void show(Path file, long bytes, boolean last) {
        lock.lock();
        try {
            temporary = file;
            shownBytes = bytes;
            ended = last;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Exception reason) {
        lock.lock();
        try {
            failure = reason;
            ended = true;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Empty when it ended well before: it is a copy then. */
    Optional<SeekableByteChannel> open() throws IOException {
        lock.lock();
        try {
            await(1);
            return ended || temporary == null
                    ? Optional.empty()
                    : Optional.of(new FetchChannel(FileChannel.open(temporary, StandardOpenOption.READ), this));
        } catch (NoSuchFileException movedToItsPlace) {
            if (failure != null) {
                throw movedToItsPlace;
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Returns how many bytes may be read: at least so many, or all. Fails as the fetch did. */
    long await(long wantedBytes) throws IOException {
        lock.lock();
        try {
            while (!ended && shownBytes < wantedBytes) {
                progress.awaitUninterruptibly();
            }
            switch (failure) {
                case null -> {}
                case NoSuchFileException absent -> throw absent;
                case ProblemException told -> throw told.problem().asException(told);
                case Exception other -> throw new IOException("blob " + digest + " could not be fetched", other);
            }
            return shownBytes;
        } finally {
            lock.unlock();
        }
    }
}
