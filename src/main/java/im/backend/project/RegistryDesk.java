package im.backend.project;

import im.backend.domain.Caller;
import im.backend.domain.Digest;
import im.backend.domain.Release;
import im.backend.problem.Problem;
import im.backend.registry.Collected;
import im.backend.registry.ImageRegistry;
import im.backend.registry.RegistryUsage;
import im.backend.registry.RepositoryName;
import im.backend.store.ReleaseStore;
import java.util.Collection;
import java.util.List;

/** What is in the registry, for people; clients of images talk to the registry itself. */
public final class RegistryDesk {
    private final ImageRegistry registry;
    private final ReleaseStore releases;

    public RegistryDesk(ImageRegistry registry, ReleaseStore releases) {
        this.registry = registry;
        this.releases = releases;
    }

    /** A repository, and how many tags it has. */
    public record Listed(RepositoryName name, int tags) {}

    /** Those that the caller may use, in the order of their names, after {@code after} (exclusive; empty for the first page). */
    public List<Listed> list(Caller caller, String after, int countMax) {
        return registry.repositories().stream()
                .filter(name -> name.value().compareTo(after) > 0)
                .filter(name -> caller.role() == Caller.Role.ADMIN || name.isOwnedBy(caller.user()))
                .limit(countMax)
                .map(name -> new Listed(name, registry.tags(name).size()))
                .toList();
    }

    /** Fails with Forbidden {@code forbidden}: it tells of everybody's. */
    public RegistryUsage usage(Caller caller) {
        requireAdministrator(caller);
        return registry.usage();
    }

    /** Images of releases that are kept stay. Fails with Forbidden {@code forbidden}. */
    public Collected collect(Caller caller, ImageRegistry.Extent extent) {
        requireAdministrator(caller);
        return registry.collect(live(), extent);
    }

    private Collection<Digest> live() {
        return releases.kept().stream().map(Release::image).distinct().toList();
    }

    private static void requireAdministrator(Caller caller) {
        if (caller.role() != Caller.Role.ADMIN) {
            throw new Problem.Forbidden("forbidden", "Only an administrator may look after the registry.")
                    .asException();
        }
    }
}
