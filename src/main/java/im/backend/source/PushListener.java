package im.backend.source;

import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import java.net.URI;
import java.util.function.Consumer;

/** Is told of each push that moved {@code main}; the pusher's terminal waits for it. Thread-safe. */
@FunctionalInterface
public interface PushListener {
    record Push(Caller caller, ProjectId project, CommitHash commit) {}

    /**
     * Deploys what was pushed and returns when that ended: with the app's URL, or failing with the problem that ended it.
     * The pusher may be gone at any time; the deployment goes on.
     *
     * @param lines shown to the pusher at once, one call per line; never fails
     */
    URI pushed(Push push, Consumer<String> lines);
}
