package im.backend.registry.disk;

import im.backend.file.FreeSpace;
import im.backend.registry.disk.shelf.DepotShelf;
import im.backend.registry.disk.shelf.DiskShelf;
import im.backend.registry.disk.shelf.DurableFiles;
import im.backend.registry.disk.shelf.Layout;
import im.backend.registry.disk.shelf.RepositoryTree;
import im.backend.registry.disk.shelf.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What all parts of the store stand on.
 *
 * <p>How pushes and collections live together: whoever makes something reachable (a link, a manifest, a tag) holds the shared
 * half of {@code stable}, and gives everything that becomes reachable the present time as its age, before the name appears
 * that makes it so. A collection looks around without the lock, and removes in small groups with the whole of it, each file
 * only when it is <em>then</em> still older than the collection's beginning less the grace time. So what it saw as unwanted
 * and was wanted a moment later is young, and stays; and nobody waits for a collection longer than one group takes.
 */
record Ground(
        Layout layout,
        RegistryLimits limits,
        DurableFiles files,
        RepositoryTree tree,
        Shelf shelf,
        RepositoryNames names,
        Quotas quotas,
        FreeSpace space,
        ReadWriteLock stable,
        Clock clock) {

    static Ground of(DiskRegistrySettings settings, Clock clock) {
        Layout layout = new Layout(settings.folder());
        RepositoryTree tree = new RepositoryTree(layout);
        DurableFiles files = new DurableFiles(layout.unfinished(), clock);
        Shelf shelf = settings.depot()
                .<Shelf>map(depot -> new DepotShelf(layout, files, tree, depot))
                .orElseGet(() -> new DiskShelf(layout, files, tree));
        return new Ground(
                layout,
                settings.limits(),
                files,
                tree,
                shelf,
                new RepositoryNames(tree),
                new Quotas(settings.limits().quotaBytes(), tree, shelf),
                new FreeSpace(settings.folder(), settings.freeBytesMin()),
                new ReentrantReadWriteLock(),
                clock);
    }

    /** Nothing is looked through: a start takes as long with many repositories as with none. */
    void start() throws IOException {
        files.start();
        Files.createDirectories(layout.uploads());
        Files.createDirectories(layout.repositories());
        shelf.start();
    }
}
