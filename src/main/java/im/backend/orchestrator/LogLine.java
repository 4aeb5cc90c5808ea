package im.backend.orchestrator;

import java.time.Instant;

/**
 * One line that an app wrote.
 *
 * @param position its place in the project's log, growing; ask for what is after it
 * @param process as {@code web}
 */
public record LogLine(long position, Instant at, String process, int ordinal, String release, String text) {}
