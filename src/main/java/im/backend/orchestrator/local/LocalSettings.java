package im.backend.orchestrator.local;

import im.backend.domain.ProjectId;
import java.nio.file.Path;

/**
 * @param instances what has to be remembered of what runs
 * @param volumes one folder per project
 * @param uidBase Unix user of the project with offset 0, when the server is root
 * @param portMin first of the ports that apps get; the range lies below the one that the kernel hands out to clients, so
 *     that no outgoing connection can take such a port
 * @param portMax last of them
 */
public record LocalSettings(Path instances, Path volumes, int uidBase, int portMin, int portMax) {
    public static final int UID_BASE = 210_000;
    public static final int PORT_MIN = 20_000;
    public static final int PORT_MAX = 29_999;

    public static LocalSettings in(Path data) {
        return new LocalSettings(data.resolve("instances"), data.resolve("volumes"), UID_BASE, PORT_MIN, PORT_MAX);
    }

    Path volumesOf(ProjectId project) {
        return volumes.resolve(project.value());
    }

    Path volume(ProjectId project, String name) {
        return volumesOf(project).resolve(name);
    }
}
