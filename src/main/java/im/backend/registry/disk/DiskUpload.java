package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.Uploads;
import im.backend.registry.disk.shelf.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One upload. Parts are not forced to the disk one by one: what a power cut spoils, the digest at the end finds out, since
 * after a restart the file is read again for it.
 */
final class DiskUpload implements Uploads.Upload {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long TURN_SECONDS_MAX = 2;

    private final DiskUploads uploads;
    private final Ground ground;
    private final String id;
    private final Path folder;
    private final RepositoryName repository;
    private final Digest.Algorithm algorithm;
    private final ReentrantLock turn = new ReentrantLock();
    private final MessageDigest hash;
    /** How much of the file {@code hash} has seen. */
    private long hashedBytes;

    DiskUpload(
            DiskUploads uploads,
            Ground ground,
            String id,
            Path folder,
            RepositoryName repository,
            Digest.Algorithm algorithm) {
        this.uploads = uploads;
        this.ground = ground;
        this.id = id;
        this.folder = folder;
        this.repository = repository;
        this.algorithm = algorithm;
        this.hash = algorithm.start();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public long sizeBytes() {
        try {
            return Files.size(data());
        } catch (NoSuchFileException ended) {
            throw gone();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public void requireRoom(long moreBytes) {
        if (moreBytes > ground.limits().blobBytesMax() - sizeBytes()) {
            throw BlobFiles.tooLarge(ground.limits());
        }
        try {
            ground.quotas().requireRoom(repository, sizeBytes() + moreBytes);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public void append(InputStream in) throws IOException {
        takeTurn();
        try (FileChannel channel = FileChannel.open(data(), StandardOpenOption.WRITE);
                SideHash beside = new SideHash(hash, BUFFER_BYTES)) {
            long size = channel.size();
            channel.position(size);
            for (int read = in.read(beside.buffer()); read >= 0; read = in.read(beside.buffer())) {
                if (size + read > ground.limits().blobBytesMax()) {
                    throw BlobFiles.tooLarge(ground.limits());
                }
                write(channel, beside.buffer(), read);
                if (hashedBytes == size) {
                    beside.update(read);
                    hashedBytes += read;
                }
                size += read;
            }
            ground.quotas().requireRoom(repository, size);
        } catch (NoSuchFileException ended) {
            throw gone();
        } finally {
            turn.unlock();
        }
    }

    /** A disk that is full is told from a client that is gone. */
    private static void write(FileChannel channel, byte[] buffer, int length) {
        try {
            DurableFiles.writeAll(channel, ByteBuffer.wrap(buffer, 0, length));
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public StoredBlob finish(Digest expected) {
        takeTurn();
        try (FileChannel channel = FileChannel.open(data(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            boolean lies = !digest(channel, expected.algorithm()).equals(expected);
            if (lies) {
                uploads.remove(id);
                throw new Problem.Malformed(
                                "digest-invalid",
                                "The bytes have another digest than " + expected + ". Send the blob again.")
                        .asException();
            }
            channel.force(false);
            StoredBlob blob = new StoredBlob(expected, size);
            uploads.blobs().give(repository, blob, data());
            uploads.remove(id);
            uploads.blobs().sync();
            return blob;
        } catch (NoSuchFileException ended) {
            throw gone();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        } finally {
            turn.unlock();
        }
    }

    private Digest digest(FileChannel channel, Digest.Algorithm wanted) throws IOException {
        if (wanted == algorithm && hashedBytes == channel.size()) {
            // The hash can be taken only once: whoever comes after a failure reads the file.
            hashedBytes = -1;
            return Digest.of(algorithm, hash);
        }
        MessageDigest again = wanted.start();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.position(0);
        while (channel.read(buffer) >= 0) {
            again.update(buffer.flip());
            buffer.clear();
        }
        return Digest.of(wanted, again);
    }

    @Override
    public void cancel() {
        takeTurn();
        try {
            uploads.remove(id);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        } finally {
            turn.unlock();
        }
    }

    private void takeTurn() {
        try {
            if (!turn.tryLock(TURN_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw DiskUploads.busy().asException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DiskUploads.busy().asException(e);
        }
    }

    private Path data() {
        return folder.resolve(DiskUploads.DATA);
    }

    private static RuntimeException gone() {
        return new Problem.NotFound("blob-upload-unknown", "There is no such upload. Start a new one.").asException();
    }
}
