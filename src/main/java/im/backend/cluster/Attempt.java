package im.backend.cluster;

/** What came of one try. */
sealed interface Attempt<R> {
    record Done<R>(R value) implements Attempt<R> {}

    /** May be tried again when the failure is a passing one. */
    record Failed<R>(ApiFailure failure) implements Attempt<R> {}

    /** Must not be tried again: it may have had an effect that a second one would double. */
    record Final<R>(ApiFailure failure) implements Attempt<R> {}

    static <R> Attempt<R> done(R value) {
        return new Done<>(value);
    }

    static <R> Attempt<R> failed(ApiFailure failure) {
        return new Failed<>(failure);
    }

    interface Once<R> {
        Attempt<R> attempt();
    }
}
