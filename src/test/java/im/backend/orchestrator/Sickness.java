package im.backend.orchestrator;

/** What is wrong with the next instance of a {@link FakeOrchestrator}. */
public enum Sickness {
    NONE,
    NEVER_LISTENS,
    ANSWERS_500,
    EXITS_AT_ONCE,
    OUT_OF_MEMORY,
    /** Listens, but not where it was told. */
    WRONG_PORT,
    /** Listens after 700 ms. */
    SLOW_START,
    /** {@code start} itself fails with start-failed. */
    CANNOT_START
}
