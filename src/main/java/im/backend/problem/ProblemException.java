package im.backend.problem;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries a {@link Problem} up to the edge that words it for its caller; the only exception for expected failures. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        this(problem, null);
    }

    public ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.slug() + ": " + problem.detail(), cause);
        this.problem = Objects.requireNonNull(problem);
    }

    public Problem problem() {
        return problem;
    }
}
