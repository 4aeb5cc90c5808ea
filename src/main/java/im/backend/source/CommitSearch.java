package im.backend.source;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import java.util.List;
import java.util.Locale;

/** Finds a commit by what people type: all 40 digits, the first ones, or {@code main}. */
public final class CommitSearch {
    public static final String MAIN = "main";
    public static final int PREFIX_MIN = 7;
    private static final int FULL_LENGTH = 40;
    /** How far back along main a prefix is looked for. */
    private static final int HISTORY_MAX = 5_000;

    private final SourceStore source;

    public CommitSearch(SourceStore source) {
        this.source = source;
    }

    /** Fails with {@code commit-unknown}; that 40 digits name a commit is left to {@link SourceStore#read}. */
    public CommitHash find(ProjectId project, String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        if (wanted.equals(MAIN)) {
            return source.head(project)
                    .map(Commit::hash)
                    .orElseThrow(() -> unknown(text, "the project has no source yet"));
        }
        if (wanted.length() == FULL_LENGTH) {
            return new CommitHash(wanted);
        }
        if (wanted.length() < PREFIX_MIN) {
            throw unknown(text, "expected: main, 40 hex digits, or at least the first " + PREFIX_MIN);
        }
        List<CommitHash> found = source.history(project, HISTORY_MAX).stream()
                .map(Commit::hash)
                .filter(hash -> hash.value().startsWith(wanted))
                .limit(2)
                .toList();
        if (found.size() != 1) {
            throw unknown(text, found.isEmpty() ? "no commit on main begins so" : "more than one commit begins so");
        }
        return found.getFirst();
    }

    private static RuntimeException unknown(String text, String why) {
        return new Problem.NotFound("commit-unknown", "commit: " + Quoted.of(text) + " (" + why + ")").asException();
    }
}
