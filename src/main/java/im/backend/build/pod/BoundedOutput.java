package im.backend.build.pod;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream that takes so many bytes and no more. */
final class BoundedOutput extends FilterOutputStream {
    private final long bytesMax;
    private long left;

    BoundedOutput(OutputStream out, long bytesMax) {
        super(out);
        this.bytesMax = bytesMax;
        this.left = bytesMax;
    }

    @Override
    public void write(int octet) throws IOException {
        take(1);
        out.write(octet);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        take(count);
        out.write(bytes, offset, count);
    }

    private void take(int count) throws IOException {
        left -= count;
        if (left < 0) {
            throw new IOException("the build's result is larger than " + (bytesMax >> 20) + " MiB");
        }
    }
}
