package im.backend;

import im.backend.cli.BackendCommand;

/** Where the jar starts: one line into the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(BackendCommand.run(args));
    }
}
