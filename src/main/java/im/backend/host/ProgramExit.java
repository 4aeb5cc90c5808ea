package im.backend.host;

/**
 * @param code 128 + n after signal n
 * @param outOfMemory the kernel killed it, or a child of it, at its memory limit
 */
public record ProgramExit(int code, boolean outOfMemory) {
    /** As of timeout(1): the time was up and everything was killed. */
    public static final int TIMED_OUT = 124;
}
