package im.backend.cli.session;

import java.io.IOException;

/** What a command does once its arguments are read. */
public interface Action {
    /** @return the exit code of the process */
    int run(Session session) throws IOException;
}
