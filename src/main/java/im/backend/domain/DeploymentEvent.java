package im.backend.domain;

import java.net.URI;
import java.util.List;

/** What happened to a deployment. Its state is a fold of these and nothing else ({@link Deployment#apply}). */
public sealed interface DeploymentEvent {
    /** The status was entered; {@code logs} says in a sentence or two what begins. Never {@code COMPLETE} or {@code FAILED}. */
    record Entered(DeploymentStatus status, List<String> logs) implements DeploymentEvent {
        public Entered {
            logs = List.copyOf(logs);
            if (status.terminal()) {
                throw new IllegalArgumentException("status: " + status + " (expected: one that is not terminal)");
            }
        }
    }

    /** Lines that the build, a test, a release command or the starting app wrote, redacted. Does not change the state. */
    record Output(List<String> lines) implements DeploymentEvent {
        public Output {
            lines = List.copyOf(lines);
        }
    }

    /**
     * The server came back and runs the deployment again from its start. Does not change the state.
     *
     * @param attempt 1 for the first time that it is run again
     */
    record Resumed(int attempt) implements DeploymentEvent {}

    record Completed(ReleaseVersion version, URI url, List<String> logs) implements DeploymentEvent {
        public Completed {
            logs = List.copyOf(logs);
        }
    }

    /**
     * @param stage the status in which it failed
     * @param code slug of the problem, as {@code build-failed}; {@code cancelled} and {@code superseded} are failures too
     * @param detail one sentence with the cause
     * @param fix one sentence with what to do, or empty
     * @param evidence last lines of the app's or build's output
     */
    record Failed(DeploymentStatus stage, String code, String detail, String fix, List<String> evidence)
            implements DeploymentEvent {
        public Failed {
            evidence = List.copyOf(evidence);
        }
    }
}
