package im.backend.deploy;

import im.backend.domain.Caller;
import im.backend.domain.Command;
import im.backend.domain.Deployment;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is done with a project that runs. */
public final class Operations {
    public ProjectState state(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /** @return the deployment that brings the replicas up; empty while nothing is live, then it holds for the next one */
    public Optional<Deployment> scale(Caller caller, String project, int replicas) {
        throw new UnsupportedOperationException();
    }

    /** The live release once more, with the present env and secrets; Conflict {@code not-running} when none is live. */
    public Deployment restart(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /** Cancels what is being deployed, withdraws the routes and stops every instance. Releases and data stay. */
    public void stop(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /** The latest release again after {@link #stop}; Conflict {@code no-release} when there never was one. */
    public Deployment start(Caller caller, String project) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs a command with the image, env and volumes of the live release (of the latest one while stopped) and waits for
     * its end. Interrupting kills it.
     *
     * @param output hears each line, redacted, in the calling thread
     */
    public Exit run(Caller caller, String project, Command command, Consumer<String> output) {
        throw new UnsupportedOperationException();
    }

    /** The last lines that the app wrote, oldest first, redacted. */
    public List<LogLine> logs(Caller caller, String project, int countMax) {
        throw new UnsupportedOperationException();
    }

    /** Lines after {@code position}, oldest first, redacted; empty when there is none yet. */
    public List<LogLine> logsAfter(Caller caller, String project, long position, int countMax) {
        throw new UnsupportedOperationException();
    }
}
