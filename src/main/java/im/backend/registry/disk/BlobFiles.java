package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.BlobContent;
import im.backend.registry.BlobStore;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.disk.shelf.Shelf;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.OptionalLong;

/** Blobs as files. What gives a blob to a repository does so under the shared half of {@link Ground#stable}. */
final class BlobFiles implements BlobStore {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** So that a blob that is asked for all the time is touched only now and then. */
    private static final int RENEWED_IN_GRACE = 8;

    private final Ground ground;

    BlobFiles(Ground ground) {
        this.ground = ground;
    }

    @Override
    public OptionalLong size(Digest digest) {
        try {
            return OptionalLong.of(ground.shelf().sizeBytes(digest));
        } catch (NoSuchFileException absent) {
            return OptionalLong.empty();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public SeekableByteChannel open(Digest digest) {
        try {
            return ground.shelf().open(digest);
        } catch (NoSuchFileException absent) {
            throw new Problem.NotFound("blob-unknown", "No blob " + digest + ".").asException(absent);
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public StoredBlob write(RepositoryName repository, BlobContent content) {
        try {
            Path temporary = ground.files().newTemporary();
            try {
                StoredBlob blob = fill(temporary, content);
                give(repository, blob, temporary);
                return blob;
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    private StoredBlob fill(Path temporary, BlobContent content) throws IOException {
        MessageDigest digest = Digest.Algorithm.SHA256.start();
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            Hashing hashing = new Hashing(Channels.newOutputStream(channel), digest);
            BufferedOutputStream out = new BufferedOutputStream(hashing, BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            channel.force(false);
            return new StoredBlob(Digest.of(Digest.Algorithm.SHA256, digest), hashing.bytes);
        }
    }

    /** Hashes on the way, and ends what is too long. */
    private final class Hashing extends FilterOutputStream {
        private final MessageDigest digest;
        private long bytes;

        private Hashing(OutputStream out, MessageDigest digest) {
            super(out);
            this.digest = digest;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] content, int offset, int length) throws IOException {
            if (bytes + length > ground.limits().blobBytesMax()) {
                throw tooLarge(ground.limits());
            }
            out.write(content, offset, length);
            digest.update(content, offset, length);
            bytes += length;
        }
    }

    static ProblemException tooLarge(RegistryLimits limits) {
        return new Problem.TooLarge(
                        "size-invalid",
                        "The blob is over " + (limits.blobBytesMax() >> 20)
                                + " MiB (registry.blob-max). Split the layer, or have the limit raised.")
                .asException();
    }

    /** A file that is forced and verified becomes the repository's blob; when the bytes are there already, those do. */
    void give(RepositoryName repository, StoredBlob blob, Path verified) throws IOException {
        Path link = ground.layout().repository(repository).blob(blob.digest());
        try (Shelf.Delivery delivery = ground.shelf().deliver(blob, verified)) {
            ground.stable().readLock().lock();
            try {
                ground.quotas().charge(repository, link, blob.sizeBytes(), () -> {
                    delivery.place();
                    ground.files().mark(link);
                });
            } finally {
                ground.stable().readLock().unlock();
            }
        }
        ground.names().add(repository);
    }

    @Override
    public boolean link(RepositoryName repository, Digest digest) {
        Path link = ground.layout().repository(repository).blob(digest);
        ground.stable().readLock().lock();
        try {
            long size = ground.shelf().sizeBytes(digest);
            ground.quotas().charge(repository, link, size, () -> {
                ground.shelf().renew(digest);
                ground.files().mark(link);
            });
            ground.names().add(repository);
            return true;
        } catch (NoSuchFileException absent) {
            return false;
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        } finally {
            ground.stable().readLock().unlock();
        }
    }

    @Override
    public boolean holds(RepositoryName repository, Digest digest) {
        return Files.exists(ground.layout().repository(repository).blob(digest));
    }

    @Override
    public void renew(RepositoryName repository, Digest digest) {
        Path link = ground.layout().repository(repository).blob(digest);
        Instant early = ground.clock().instant().minus(ground.limits().grace().dividedBy(RENEWED_IN_GRACE));
        ground.stable().readLock().lock();
        try {
            if (Files.getLastModifiedTime(link).toInstant().isBefore(early)) {
                ground.files().touch(link);
                ground.shelf().touch(digest);
            }
        } catch (NoSuchFileException absent) {
            // Nothing that could be kept.
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        } finally {
            ground.stable().readLock().unlock();
        }
    }

    @Override
    public boolean unlink(RepositoryName repository, Digest digest) {
        try {
            boolean held =
                    ground.files().delete(ground.layout().repository(repository).blob(digest));
            ground.quotas().forget(repository);
            return held;
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }

    @Override
    public void sync() {
        try {
            ground.files().sync();
        } catch (IOException failed) {
            throw DiskFailure.of(failed);
        }
    }
}
