package im.backend.wire.app;

import java.time.Instant;

/** One line that an app wrote; {@code position} grows, and {@code after=position} gives what follows. */
public record LogLineBody(long position, Instant at, String process, int ordinal, String release, String text) {}
