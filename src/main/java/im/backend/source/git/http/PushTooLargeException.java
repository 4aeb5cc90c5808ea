package im.backend.source.git.http;

/** Ends a push from within JGit's parser, which then tells the pusher its message; JGit lets some callbacks throw nothing else. */
final class PushTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PushTooLargeException(String message) {
        super(message);
    }
}
