package im.backend.registry.disk;

import im.backend.registry.RepositoryName;
import im.backend.registry.disk.shelf.RepositoryTree;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** The names of all repositories, read from the folders when they are first asked for and kept up from then on. */
final class RepositoryNames {
    private final RepositoryTree tree;
    private @Nullable ConcurrentSkipListSet<RepositoryName> known;

    RepositoryNames(RepositoryTree tree) {
        this.tree = tree;
    }

    synchronized void add(RepositoryName name) {
        if (known != null) {
            known.add(name);
        }
    }

    synchronized void remove(RepositoryName name) {
        if (known != null) {
            known.remove(name);
        }
    }

    /** A view that others change meanwhile. */
    synchronized SortedSet<RepositoryName> all() throws IOException {
        if (known == null) {
            known = new ConcurrentSkipListSet<>(new TreeSet<>(tree.all()));
        }
        return Collections.unmodifiableSortedSet(known);
    }
}
