package im.backend.build.base;

import im.backend.domain.Digest;
import java.io.IOException;
import java.io.InputStream;

/** Where the parts of an OCI image are read from, by digest; whoever reads verifies. */
public interface ImageOrigin {
    /** The manifest or index itself, with the type that its source calls it by. */
    record Document(String mediaType, byte[] content) {}

    /** What the name of the image stands for. */
    Document root() throws IOException;

    Document manifest(Digest digest) throws IOException;

    /** To be closed by the caller. */
    InputStream blob(Digest digest) throws IOException;
}
