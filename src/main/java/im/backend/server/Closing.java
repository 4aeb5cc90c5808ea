package im.backend.server;

import static java.lang.System.Logger.Level.WARNING;

import java.lang.System.Logger;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** What was opened, to be closed in the opposite order, each whatever the others do. Safe for several threads. */
final class Closing implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Closing.class.getName());

    private final Deque<Step> steps = new ConcurrentLinkedDeque<>();

    private record Step(String name, AutoCloseable opened) {}

    void add(String name, AutoCloseable opened) {
        steps.push(new Step(name, opened));
    }

    @Override
    public void close() {
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
            try {
                step.opened().close();
            } catch (Exception e) {
                LOG.log(WARNING, "could not be closed: " + step.name(), e);
            }
        }
    }
}
