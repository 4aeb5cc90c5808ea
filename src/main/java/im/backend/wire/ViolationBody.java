package im.backend.wire;

/** One fault in an input: where it is, and what was found and expected. */
public record ViolationBody(String pointer, String message) {}
