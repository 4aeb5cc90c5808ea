package im.backend;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For tests whose failures are wanted: each would be told in the log, with its stack. */
public final class QuietLogs implements BeforeAllCallback, AfterAllCallback {
    /** Held: a logger that nobody holds forgets its level. */
    private final Logger logs;

    /** @param name of the loggers' root, as a package has it */
    public QuietLogs(String name) {
        logs = Logger.getLogger(name);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        logs.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        logs.setLevel(null);
    }
}
