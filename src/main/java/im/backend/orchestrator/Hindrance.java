package im.backend.orchestrator;

import im.backend.problem.Problem;
import java.util.List;

/**
 * What keeps an instance from running, as whoever runs it says.
 *
 * @param slug of the failure that it becomes
 * @param cause one sentence
 * @param fix one sentence; empty when nobody knows
 */
public record Hindrance(String slug, String cause, String fix, Outlook outlook) {
    /** Whether it is of use to wait. */
    public enum Outlook {
        /** Room may be made, an image may come yet. */
        MAY_PASS,
        /** It stays until something else is deployed. */
        STAYS
    }

    public Problem.StageFailed problem(List<String> evidence) {
        return new Problem.StageFailed(slug, cause, fix, evidence);
    }
}
