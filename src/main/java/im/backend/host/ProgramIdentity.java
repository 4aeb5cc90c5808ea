package im.backend.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One process for ever: a pid alone is reused, and the wall-clock start time that {@code ProcessHandle} derives moves
 * with the clock.
 *
 * @param bootId of the kernel that runs it
 * @param startTicks since that boot (field 22 of /proc/PID/stat)
 */
public record ProgramIdentity(String bootId, long pid, long startTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final String BOOT_ID = readBootId();
    private static final int STATE = 0;
    private static final int START_TICKS = 19;

    /** Empty when there is no such process, or only its zombie. */
    public static Optional<ProgramIdentity> of(long pid) {
        return statAfterName(pid)
                .filter(fields -> isLiving(fields.get(STATE)))
                .map(fields -> new ProgramIdentity(BOOT_ID, pid, Long.parseLong(fields.get(START_TICKS))));
    }

    /** A zombie counts as dead: where PID 1 is lazy they stay for seconds. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Memory of one process, shared pages counted in; 0 when it has ended. */
    static long residentBytes(long pid) {
        try {
            for (String line :
                    Files.readAllLines(PROC.resolve(Long.toString(pid)).resolve("status"))) {
                if (line.startsWith("VmRSS:")) {
                    String kibibytes =
                            line.substring("VmRSS:".length()).replace("kB", "").strip();
                    return Long.parseLong(kibibytes) * 1024;
                }
            }
        } catch (IOException ended) {
            return 0;
        }
        return 0;
    }

    private static boolean isLiving(String state) {
        return !state.equals("Z") && !state.equals("X");
    }

    /** The program's name may hold blanks and brackets, so fields are counted after the last one. */
    private static Optional<List<String>> statAfterName(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            return Optional.of(
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ")));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static String readBootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException noSuchKernel) {
            throw new UncheckedIOException("/proc is not mounted (expected: Linux with /proc)", noSuchKernel);
        }
    }
}
