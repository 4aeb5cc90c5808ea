package im.backend.build;

/** Hears what a build says, line by line, in the thread that builds. */
@FunctionalInterface
public interface BuildListener {
    void line(String line);
}
