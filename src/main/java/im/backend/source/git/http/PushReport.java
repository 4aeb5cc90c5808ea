package im.backend.source.git.http;

import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.PushListener;
import im.backend.source.git.Repositories;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Collection;
import java.util.UUID;
import org.eclipse.jgit.transport.PostReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;

/**
 * Deploys a pushed {@code main} while the pusher watches.
 *
 * @param stored run before that: makes the push durable and lets others push again
 */
record PushReport(Caller caller, ProjectId project, PushListener listener, Runnable stored) implements PostReceiveHook {
    private static final System.Logger LOG = System.getLogger(PushReport.class.getName());

    @Override
    public void onPostReceive(ReceivePack push, Collection<ReceiveCommand> done) {
        stored.run();
        for (ReceiveCommand command : done) {
            if (command.getType() == ReceiveCommand.Type.DELETE) {
                continue;
            }
            if (command.getRefName().equals(Repositories.MAIN)) {
                deploy(push, new CommitHash(command.getNewId().name()));
            } else {
                say(push, command.getRefName() + " is stored. Only main is deployed.");
            }
        }
    }

    private void deploy(ReceivePack push, CommitHash commit) {
        try {
            URI url = listener.pushed(new PushListener.Push(caller, project, commit), line -> say(push, line));
            say(push, "");
            say(push, "Deployed " + commit.shortForm() + ": " + url);
        } catch (ProblemException e) {
            failed(push, commit, e.problem());
        } catch (RuntimeException e) {
            Problem problem = new Problem.Internal(UUID.randomUUID().toString());
            LOG.log(Level.ERROR, "deploy after push failed: instance=" + problem.detail(), e);
            failed(push, commit, problem);
        }
    }

    private static void failed(ReceivePack push, CommitHash commit, Problem problem) {
        say(push, "");
        if (problem instanceof Problem.StageFailed stage) {
            stage.evidence().forEach(line -> say(push, "| " + line));
        }
        say(push, "Deploy failed (" + problem.slug() + "): " + problem.detail());
        if (problem instanceof Problem.StageFailed stage && !stage.fix().isEmpty()) {
            say(push, "Fix: " + stage.fix());
        }
        say(
                push,
                "The push itself was kept: main is at " + commit.shortForm()
                        + ", and what served before still serves. Mend it, commit and push again.");
    }

    /** JGit keeps messages until its buffer is full; a pusher wants to see each stage as it begins. */
    private static void say(ReceivePack push, String line) {
        push.sendMessage(line);
        try {
            push.getMessageOutputStream().flush();
        } catch (IOException pusherIsGone) {
            LOG.log(Level.DEBUG, "pusher is gone", pusherIsGone);
        }
    }
}
