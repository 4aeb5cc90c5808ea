package im.backend.registry;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a blob's bytes, once; it need not know their digest or number before. */
@FunctionalInterface
public interface BlobContent {
    void writeTo(OutputStream out) throws IOException;
}
