package im.backend.cli.session;

import java.io.IOException;

/** One command: what it takes, and what it does once that is read. */
public interface Action {
    /** Says what the command takes on its line beside {@link GlobalOptions}. */
    default void declare(Syntax syntax) {}

    /** @return the exit code of the process */
    int run(Session session) throws IOException;
}
