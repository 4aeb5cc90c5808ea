package im.backend.registry.disk;

import im.backend.registry.disk.shelf.DurableFiles;
import im.backend.registry.disk.shelf.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * What ties this folder to its depot: both have the same id. It is written here first, so that a crash on the way leaves
 * nothing that the next start takes for somebody else's.
 *
 * @param place of the depot when it was first used, for people
 */
record DepotMark(String id, State state, String place) {
    enum State {
        /** The depot may not know yet that it is ours. */
        CLAIMING,
        /** What is there may not all be known here yet. */
        RESTORING,
        WHOLE
    }

    static boolean isThere(Layout layout) {
        return Files.exists(layout.depot());
    }

    static DepotMark read(Layout layout) throws IOException {
        List<String> lines = Files.readAllLines(layout.depot());
        if (lines.size() < 3) {
            throw new IOException(layout.depot() + " is damaged (expected: three lines)");
        }
        return new DepotMark(lines.get(0), State.valueOf(lines.get(1)), lines.get(2));
    }

    DepotMark in(State next) {
        return new DepotMark(id, next, place);
    }

    void write(Layout layout, DurableFiles files) throws IOException {
        files.write(layout.depot(), id + "\n" + state + "\n" + place + "\n");
        files.sync();
    }
}
