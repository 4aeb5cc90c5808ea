package im.backend.build.language;

import java.time.Duration;

/**
 * What a build may use, as its failures name it; whoever runs its programs enforces the memory.
 *
 * @param timeMax of one build, its tests included
 */
public record BuildLimits(Duration timeMax, long memoryMaxBytes) {}
