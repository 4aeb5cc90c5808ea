package im.backend.problem;

import java.time.Duration;
import java.util.List;

/**
 * Every failure that a caller may be told, named by what happened and not by a status code. Each edge (HTTP, git, CLI)
 * words it with an exhaustive switch, so that a new variant does not compile until all of them answer.
 */
public sealed interface Problem {
    /** Stable and lower-case-dashed; {@code urn:backendim:problem:} + slug is the type of RFC 9457. */
    String slug();

    /** What was tried, the value, what was expected, how to mend it. Never a stack trace, path of the server or SQL. */
    String detail();

    default ProblemException asException() {
        return new ProblemException(this);
    }

    default ProblemException asException(Throwable cause) {
        return new ProblemException(this, cause);
    }

    /** The input could not be read at all (broken JSON, bad multipart, bad parameter). */
    record Malformed(String slug, String detail, List<Violation> violations) implements Problem {
        public Malformed {
            violations = List.copyOf(violations);
        }

        public Malformed(String slug, String detail) {
            this(slug, detail, List.of());
        }
    }

    /** The input could be read and is not allowed. */
    record Invalid(String slug, String detail, List<Violation> violations) implements Problem {
        public Invalid {
            violations = List.copyOf(violations);
        }

        public Invalid(String slug, String detail) {
            this(slug, detail, List.of());
        }
    }

    /** Also the answer to a stranger who asks for somebody else's thing. */
    record NotFound(String slug, String detail) implements Problem {
        public NotFound(String detail) {
            this("not-found", detail);
        }
    }

    /** It was there once and is gone for good. */
    record Gone(String slug, String detail) implements Problem {}

    /** The state does not allow it now; {@code detail} says which state and what to do first. */
    record Conflict(String slug, String detail) implements Problem {}

    record Unauthenticated(String slug, String detail) implements Problem {}

    record Forbidden(String slug, String detail) implements Problem {}

    record TooLarge(String slug, String detail) implements Problem {}

    record RateLimited(String detail, Duration retryAfter) implements Problem {
        @Override
        public String slug() {
            return "rate-limited";
        }
    }

    /** Not now; the same call may succeed after {@code retryAfter}. */
    record Unavailable(String slug, String detail, Duration retryAfter) implements Problem {}

    /** No room on the disk: reads go on, writes are refused until there is. */
    record StorageFull(String detail) implements Problem {
        @Override
        public String slug() {
            return "storage-full";
        }
    }

    /**
     * A stage of a deployment ended it.
     *
     * @param slug the cause, as {@code build-failed}, {@code test-failed}, {@code health-check-failed}, {@code app-exited},
     *     {@code wrong-port}, {@code out-of-memory}, {@code timeout}, {@code cancelled}, {@code superseded}
     * @param detail one sentence with the cause
     * @param fix one sentence with what to do; empty when nothing is known
     * @param evidence the last lines of the build's or app's output, oldest first, already redacted
     */
    record StageFailed(String slug, String detail, String fix, List<String> evidence) implements Problem {
        public StageFailed {
            evidence = List.copyOf(evidence);
        }
    }

    /** Our bug: the caller is told only an instance id, the log has the rest. */
    record Internal(String instance) implements Problem {
        @Override
        public String slug() {
            return "internal";
        }

        @Override
        public String detail() {
            return "The server failed; the log has the reason under " + instance + ".";
        }
    }
}
