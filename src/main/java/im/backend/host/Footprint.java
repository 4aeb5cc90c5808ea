package im.backend.host;

import java.nio.file.Path;
import java.util.List;

/**
 * What has to be remembered of a started program to find it again after the server was killed.
 *
 * @param id of its {@link Launch}
 * @param groups its control groups, one folder per hierarchy; empty without
 * @param sandboxed its end takes all descendants along
 */
public record Footprint(String id, ProgramIdentity identity, boolean sandboxed, List<Path> groups) {
    public Footprint {
        groups = List.copyOf(groups);
    }
}
