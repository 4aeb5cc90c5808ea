package im.backend.source.git;

import im.backend.source.SourceLimits;
import java.nio.file.Path;

/**
 * Where the repositories are and what they may hold.
 *
 * @param folder holds one {@code {projectId}.git} per project; made when it is not there
 * @param freeBytesMin uploads and pushes are refused while the disk has less; 0 for no limit
 */
public record GitSettings(Path folder, SourceLimits limits, long freeBytesMin) {
    public GitSettings(Path folder, SourceLimits limits) {
        this(folder, limits, 0);
    }
}
