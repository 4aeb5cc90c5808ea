package im.backend.server;

import im.backend.config.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line a record on stderr, for people and for {@code journalctl}; a stack trace follows where there is one. */
public final class ServerLog extends Formatter {
    private static final String OWN = "im.backend";

    private ServerLog() {}

    /** Our own records from {@code level} on, and of libraries only what is wrong. */
    public static void start(ServerConfig.LogLevel level) {
        LogManager.getLogManager().reset();
        ConsoleHandler stderr = new ConsoleHandler();
        stderr.setLevel(Level.ALL);
        stderr.setFormatter(new ServerLog());
        Logger root = Logger.getLogger("");
        root.addHandler(stderr);
        root.setLevel(Level.WARNING);
        Logger.getLogger(OWN)
                .setLevel(
                        switch (level) {
                            case ERROR -> Level.SEVERE;
                            case WARN -> Level.WARNING;
                            case INFO -> Level.INFO;
                            case DEBUG -> Level.ALL;
                        });
    }

    @Override
    public String format(LogRecord entry) {
        String name = entry.getLoggerName() == null ? "" : entry.getLoggerName();
        StringBuilder line = new StringBuilder()
                .append(entry.getInstant().truncatedTo(ChronoUnit.MILLIS))
                .append(String.format(Locale.ROOT, " %-7s ", entry.getLevel().getName()))
                .append(name.substring(name.lastIndexOf('.') + 1))
                .append(": ")
                .append(formatMessage(entry))
                .append('\n');
        if (entry.getThrown() != null) {
            StringWriter trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }
}
