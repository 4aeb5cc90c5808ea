package im.backend.server;

import static java.lang.System.Logger.Level.WARNING;

import java.lang.System.Logger;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed in the opposite order, each whatever the others do. */
final class Closing implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Closing.class.getName());

    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(String name, AutoCloseable opened) {}

    void add(String name, AutoCloseable opened) {
        steps.push(new Step(name, opened));
    }

    @Override
    public void close() {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.opened().close();
            } catch (Exception e) {
                LOG.log(WARNING, "could not be closed: " + step.name(), e);
            }
        }
    }
}
