package im.backend.problem;

/**
 * One fault in an input.
 *
 * @param pointer where it is: a JSON pointer (RFC 6901) for JSON, {@code line:column} or a dotted key for backend.yml
 * @param message what was found and what was expected, as in {@code memory: 5Gi (expected: <= 2Gi)}
 */
public record Violation(String pointer, String message) {}
