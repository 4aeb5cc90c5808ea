package im.backend.source.git;

import im.backend.source.SourceLimits;
import java.nio.file.Path;

/**
 * Where the repositories are and what they may hold.
 *
 * @param folder holds one {@code {projectId}.git} per project; made when it is not there
 */
public record GitSettings(Path folder, SourceLimits limits) {}
