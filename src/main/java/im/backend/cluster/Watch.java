package im.backend.cluster;

/** Something that is being watched. */
public interface Watch extends AutoCloseable {
    /** Ends it; the listener hears nothing more once this has returned, unless it is the listener that calls. */
    @Override
    void close();
}
