package im.backend.registry.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A blob that is still coming: a read beyond what is there waits for it. Used by one thread at a time. */
final class FetchChannel implements SeekableByteChannel {
    private final FileChannel file;
    private final Fetch fetch;

    FetchChannel(FileChannel file, Fetch fetch) {
        this.file = file;
        this.fetch = fetch;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (file.position() >= fetch.sizeBytes()) {
            return -1;
        }
        long there = fetch.await(file.position() + 1) - file.position();
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + there));
        try {
            return file.read(target);
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    /** As it will be. */
    @Override
    public long size() {
        return fetch.sizeBytes();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
