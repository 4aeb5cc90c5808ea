package im.backend.config;

import java.util.Locale;

/**
 * One thing that an operator may set; {@link Settings} has them all. No setting holds a secret: keys stand in files of their
 * own, so the effective configuration may be shown to anybody who may see the log.
 *
 * @param key in the file; the environment has it as {@link #variable}
 * @param fallback as it would be written; empty when the server works it out
 */
public record Setting<T>(String key, Kind<T> kind, String fallback, String description) {
    /** {@code server.port} is BACKENDIM_SERVER_PORT in the environment. */
    public String variable() {
        return "BACKENDIM_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    public String expected() {
        return kind.expected();
    }
}
