package im.backend.cli.session;

import im.backend.client.BackendClient;
import im.backend.problem.Problem;
import java.util.Set;

/** What a script may tell apart. {@code run} gives the exit code of the command that it ran instead. */
public enum ExitCode {
    DONE(0, "reached its goal, or queued with `--detach`"),
    FAILED(1, "any other failure"),
    USAGE(2, "the command line or the configuration is wrong"),
    NOT_AUTHENTICATED(3, "not signed in, or not allowed"),
    NOT_FOUND(4, "no such project, deployment or release"),
    UNREACHABLE(5, "the server does not answer"),
    BUILD_FAILED(6, "the build or a test failed"),
    UNHEALTHY(7, "the health check failed; the old release still serves"),
    STILL_RUNNING(8, "`--timeout` is over, and the deployment goes on"),
    CONFLICT(9, "the state does not allow it, or the server has no room now"),
    INTERRUPTED(130, "Ctrl-C; a deployment goes on");

    private static final Set<String> UNHEALTHY_CODES =
            Set.of("health-check-failed", "app-exited", "wrong-port", "out-of-memory");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }

    static ExitCode of(Problem problem) {
        return switch (problem) {
            case Problem.Malformed told -> USAGE;
            case Problem.Invalid told -> USAGE;
            case Problem.TooLarge told -> USAGE;
            case Problem.NotFound told -> NOT_FOUND;
            case Problem.Gone told -> NOT_FOUND;
            case Problem.Conflict told -> CONFLICT;
            case Problem.RateLimited told -> CONFLICT;
            case Problem.StorageFull told -> CONFLICT;
            case Problem.Unauthenticated told -> NOT_AUTHENTICATED;
            case Problem.Forbidden told -> NOT_AUTHENTICATED;
            case Problem.Unavailable told -> told.slug().equals(BackendClient.UNREACHABLE) ? UNREACHABLE : CONFLICT;
            case Problem.StageFailed told -> FAILED;
            case Problem.Internal told -> FAILED;
        };
    }

    /**
     * Of a deployment that failed.
     *
     * @param code of the failure, as {@code health-check-failed}
     * @param stage the status in which it failed
     */
    public static ExitCode ofFailure(String code, String stage) {
        if (UNHEALTHY_CODES.contains(code)) {
            return UNHEALTHY;
        }
        return switch (code) {
            case "cancelled" -> FAILED;
            case "superseded" -> CONFLICT;
            case "config-invalid", "config-syntax", "env-invalid", "volume-invalid", "secret-missing" -> USAGE;
            default ->
                switch (stage) {
                    case "building" -> BUILD_FAILED;
                    case "health_check" -> UNHEALTHY;
                    default -> FAILED;
                };
        };
    }
}
