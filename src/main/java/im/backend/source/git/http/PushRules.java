package im.backend.source.git.http;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.git.Disk;
import im.backend.source.git.Repositories;
import im.backend.source.git.TreeListing;
import java.io.File;
import java.io.IOException;
import java.util.Collection;
import java.util.regex.Pattern;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;

/** Which refs a push may change, and what {@code main} may become. */
record PushRules(FileRepository git, TreeListing listing, PushLimits limits) implements PreReceiveHook {
    /** A branch that looks like an object name or an option fools people and tools (GitLab CVE-2022-2417). */
    private static final Pattern MISLEADING = Pattern.compile("([0-9a-f]{40}|[0-9a-f]{64}|-.*)");

    @Override
    public void onPreReceive(ReceivePack push, Collection<ReceiveCommand> commands) {
        int refs = refs();
        for (ReceiveCommand command : commands) {
            try {
                check(push, command, refs);
                refs += command.getType() == ReceiveCommand.Type.CREATE ? 1 : 0;
            } catch (ProblemException e) {
                String reason = e.problem().slug().replace('-', ' ');
                command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, reason);
                push.sendMessage(
                        command.getRefName() + " was refused: " + e.problem().detail());
            } catch (IOException e) {
                throw Disk.failure(e);
            }
        }
    }

    /** Counted once: a push may make a thousand, and each look reads all of them. */
    private int refs() {
        try {
            return git.getRefDatabase().getRefsByPrefix(Constants.R_REFS).size();
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    private void check(ReceivePack push, ReceiveCommand command, int refs) throws IOException {
        checkName(command.getRefName());
        boolean main = command.getRefName().equals(Repositories.MAIN);
        switch (command.getType()) {
            case CREATE -> {
                checkCount(refs);
                checkContent(push, command, main);
            }
            case UPDATE -> checkContent(push, command, main);
            case UPDATE_NONFASTFORWARD -> {
                if (main) {
                    throw protectedMain(
                            "may only move forward. Fetch, merge or rebase, and push again without --force");
                }
                checkContent(push, command, false);
            }
            case DELETE -> {
                if (main) {
                    throw protectedMain("can not be deleted; it is what is deployed. To remove the project, delete it");
                }
            }
        }
    }

    private static void checkName(String ref) {
        boolean known = ref.startsWith(Constants.R_HEADS) || ref.startsWith(Constants.R_TAGS);
        String name = known ? ref.substring(ref.indexOf('/', "refs/".length()) + 1) : "";
        if (!known
                || !Repository.isValidRefName(ref)
                || MISLEADING.matcher(name).matches()) {
            throw new Problem.Invalid(
                            "bad-ref-name",
                            "expected a branch or tag (refs/heads/..., refs/tags/...) that begins with no hyphen and"
                                    + " does not look like a commit hash. Rename it.")
                    .asException();
        }
    }

    private static ProblemException protectedMain(String rule) {
        return new Problem.Forbidden("protected", "main " + rule + ".").asException();
    }

    private void checkCount(int refs) {
        if (refs >= limits.refsMax()) {
            throw new Problem.TooLarge(
                            "too-many-refs",
                            "the repository has " + limits.refsMax() + " branches and tags already. Delete some.")
                    .asException();
        }
    }

    private void checkContent(ReceivePack push, ReceiveCommand command, boolean main) throws IOException {
        checkQuota();
        if (main) {
            RevWalk walk = push.getRevWalk();
            try (ObjectReader objects = git.newObjectReader()) {
                listing.list(objects, walk.parseCommit(command.getNewId()).getTree());
            }
        }
    }

    private void checkQuota() {
        long bytes = git.getObjectDatabase().getPacks().stream()
                .map(Pack::getPackFile)
                .mapToLong(File::length)
                .sum();
        if (bytes > limits.repositoryBytesMax()) {
            throw new Problem.TooLarge(
                            "quota-exceeded",
                            "the repository is over " + limits.repositoryBytesMax()
                                    + " bytes. Keep data and build output out of git.")
                    .asException();
        }
    }
}
