package im.backend.host;

import java.nio.file.Path;

/**
 * @param folder the launcher's own files; its path tells this server's programs from those of another one
 * @param sandbox whether bubblewrap is used where it works
 * @param controlGroups whether control groups are used where they may be written
 */
public record HostSettings(Path folder, Use sandbox, Use controlGroups) {
    public enum Use {
        WHEN_THERE,
        NEVER
    }

    public static HostSettings in(Path folder) {
        return new HostSettings(folder, Use.WHEN_THERE, Use.WHEN_THERE);
    }
}
