package im.backend.build.language;

import im.backend.build.BuildListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** Passes the lines of a build on, bounded, and keeps the last ones as evidence of a failure. */
public final class BuildOutput {
    static final int EVIDENCE_LINES = 50;
    private static final int LINES_MAX = 20_000;
    private static final Pattern TERMINAL = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]|[\\p{Cntrl}&&[^\t]]");

    private final BuildListener listener;
    private final Deque<String> last = new ArrayDeque<>();
    private int lines;

    BuildOutput(BuildListener listener) {
        this.listener = listener;
    }

    /** A line of a tool; beyond {@value #LINES_MAX} only the evidence is kept. */
    public void tool(String raw) {
        String line = TERMINAL.matcher(raw).replaceAll("");
        if (last.size() == EVIDENCE_LINES) {
            last.removeFirst();
        }
        last.addLast(line);
        lines++;
        if (lines <= LINES_MAX) {
            listener.line(line);
        } else if (lines == LINES_MAX + 1) {
            listener.line("(more than " + LINES_MAX + " lines: the rest is not shown)");
        }
    }

    /** A line of the platform. */
    public void say(String line) {
        listener.line(line);
    }

    /** The next step's failure is not explained by this one's lines. */
    public void forget() {
        last.clear();
    }

    public List<String> evidence() {
        return List.copyOf(last);
    }
}
