package im.backend.cli;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import java.util.Optional;

/** The command {@code version}. */
final class VersionCommand implements Action {
    @Override
    public int run(Session session) {
        String java = System.getProperty("java.version", "");
        session.terminal()
                .answer(
                        session.json()
                                ? new JsonObject()
                                        .with("version", version())
                                        .with("java", java)
                                        .toString()
                                : BackendCommand.NAME + " " + version() + " (Java " + java + ")");
        return ExitCode.DONE.code();
    }

    /** Of the jar; classes that run from elsewhere are somebody's work in progress. */
    static String version() {
        return Optional.ofNullable(BackendCommand.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
