package im.backend.registry.disk;

import im.backend.registry.RepositoryName;
import java.io.IOException;

/** Is told of each change of what a repository names, when it is on the disk. */
@FunctionalInterface
interface RepositoryRecords {
    /** Where the disk is all there is. */
    RepositoryRecords NONE = _ -> {};

    void changed(RepositoryName repository) throws IOException;
}
