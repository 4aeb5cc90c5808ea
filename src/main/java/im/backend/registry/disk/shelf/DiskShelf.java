package im.backend.registry.disk.shelf;

import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry.Extent;
import im.backend.registry.StoredBlob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/** Blobs as files: the file is the blob, and its time is the blob's age. */
public record DiskShelf(Layout layout, DurableFiles files, RepositoryTree tree) implements Shelf {
    @Override
    public void start() throws IOException {
        Files.createDirectories(layout.blobs());
    }

    @Override
    public boolean has(Digest digest) {
        return Files.exists(layout.blob(digest));
    }

    @Override
    public long sizeBytes(Digest digest) throws IOException {
        return Files.size(layout.blob(digest));
    }

    @Override
    public Instant wantedAt(Digest digest) throws IOException {
        return Files.getLastModifiedTime(layout.blob(digest)).toInstant();
    }

    @Override
    public void touch(Digest digest) throws IOException {
        files.touch(layout.blob(digest));
    }

    @Override
    public void renew(Digest digest) throws IOException {
        files.renew(layout.blob(digest));
    }

    @Override
    public SeekableByteChannel open(Digest digest) throws IOException {
        return FileChannel.open(layout.blob(digest), StandardOpenOption.READ);
    }

    @Override
    public byte[] read(Digest digest) throws IOException {
        return Files.readAllBytes(layout.blob(digest));
    }

    @Override
    public Delivery deliver(StoredBlob blob, Path verified) {
        Path file = layout.blob(blob.digest());
        return new Delivery() {
            @Override
            public void place() throws IOException {
                if (Files.exists(file)) {
                    files.renew(file);
                } else {
                    files.publish(verified, file);
                }
            }

            @Override
            public void close() {
                // There is nothing beside the file.
            }
        };
    }

    @Override
    public List<RepositoryTree.Shard> shards() throws IOException {
        return tree.shards(layout.blobs());
    }

    @Override
    public Clearing clear() {
        return new Clearing() {
            @Override
            public boolean remove(Digest digest) throws IOException {
                files.delete(layout.blob(digest));
                return true;
            }

            @Override
            public void close() {
                // All is gone already.
            }
        };
    }

    /** A file that is not known has no name here. */
    @Override
    public Strays sweep(Instant before, Extent extent) {
        return Strays.NONE;
    }
}
