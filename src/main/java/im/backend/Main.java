package im.backend;

import im.backend.cli.BackendCommand;

/** Where the jar starts: one line into the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int exit = BackendCommand.run(args);
        // Success is the end of this method: System.exit asks for a logger first, and looking for one opens the jar
        // with its
        // tens of thousands of entries, which is a quarter of the time of a small command.
        if (exit != 0) {
            System.exit(exit);
        }
    }
}
