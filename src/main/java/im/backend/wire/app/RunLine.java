package im.backend.wire.app;

import java.util.Optional;

/** One line of the answer to {@code run}: a line of output, or the exit code at the end. */
public record RunLine(Optional<String> line, Optional<Integer> exitCode) {}
