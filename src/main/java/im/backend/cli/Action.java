package im.backend.cli;

import java.io.IOException;

/** What a command does once its arguments are read. */
interface Action {
    /** @return the exit code of the process */
    int run(Session session) throws IOException;
}
