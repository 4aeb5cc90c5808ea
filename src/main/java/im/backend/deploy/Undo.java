package im.backend.deploy;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a failed deployment takes back, newest first: exactly what it has done and nothing of the release before. */
final class Undo {
    private static final System.Logger LOG = System.getLogger(Undo.class.getName());

    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(String what, Runnable action) {}

    /** To be told before the effect that it takes back, so that half an effect is taken back too. */
    void push(String what, Runnable action) {
        steps.push(new Step(what, action));
    }

    /** What was done stays. */
    void forget() {
        steps.clear();
    }

    /** Each step is tried, whatever becomes of the others; those that fail stay. True when none is left. */
    boolean run() {
        steps.removeIf(Undo::isDone);
        return steps.isEmpty();
    }

    private static boolean isDone(Step step) {
        try {
            step.action().run();
            return true;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "not undone: " + step.what(), e);
            return false;
        }
    }
}
