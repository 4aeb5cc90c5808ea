package im.backend.orchestrator;

import im.backend.domain.DeploymentId;
import java.time.Instant;

/**
 * One line that an app wrote.
 *
 * @param position its place in the project's log, growing; ask for what is after it
 * @param process as {@code web}
 * @param deployment the mark of the deployment that brought it up, see {@link #deploymentMark}
 * @param release the commit, in short; or the version, once somebody who knows the releases has looked it up
 */
public record LogLine(
        long position, Instant at, String process, int ordinal, String deployment, String release, String text) {
    private static final int MARK_DIGITS = 8;

    /** What tells a deployment from all others of its project, in little room. */
    public static String deploymentMark(DeploymentId deployment) {
        String digits = deployment.toString();
        // The last ones: the first are the time, which deployments of the same minute share.
        return digits.substring(digits.length() - MARK_DIGITS);
    }

    public LogLine withRelease(String other) {
        return new LogLine(position, at, process, ordinal, deployment, other, text);
    }

    public LogLine withText(String other) {
        return new LogLine(position, at, process, ordinal, deployment, release, other);
    }
}
