package im.backend.store.sql;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What the driver said, read once, so that nobody else looks at SQL states. */
record SqlFailure(SQLException cause) {
    private static final String UNIQUE_VIOLATION = "23505";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    static Optional<SqlFailure> in(Throwable failure) {
        for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SQLException found) {
                return Optional.of(new SqlFailure(found));
            }
        }
        return Optional.empty();
    }

    boolean uniqueViolation() {
        return UNIQUE_VIOLATION.equals(cause.getSQLState());
    }

    boolean alreadyOpen() {
        return cause.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1;
    }

    boolean diskFull() {
        for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
            if (at instanceof IOException
                    && (message.contains("no space left") || message.contains("quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    /** The failure as a caller is told it; the cause goes to the log only. */
    ProblemException asException() {
        if (diskFull()) {
            return new Problem.StorageFull("The disk of the server is full. Free some space; nothing else is needed.")
                    .asException(cause);
        }
        if (cause instanceof SQLTransientConnectionException) {
            return new Problem.Unavailable("busy", "The database is busy; try again.", RETRY_AFTER).asException(cause);
        }
        return new Problem.Unavailable(
                        "database-unavailable", "The database did not answer; the log has the reason.", RETRY_AFTER)
                .asException(cause);
    }
}
