package im.backend.orchestrator;

/**
 * How a program ended.
 *
 * @param code its exit code; 128 + n after signal n
 * @param outOfMemory the kernel killed it (or a child of it) for exceeding its memory limit
 */
public record Exit(int code, boolean outOfMemory) {}
