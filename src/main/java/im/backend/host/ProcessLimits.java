package im.backend.host;

import im.backend.host.limit.ControlGroups;
import im.backend.host.limit.ControlGroups.Controller;
import im.backend.host.limit.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel limits for each process by itself, where no control group limits all of a program's together. */
record ProcessLimits(ControlGroups groups) {
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files\\s+\\S+\\s+(\\d+)\\s.*");
    private static final int NICE_WITHOUT_CPU_LIMIT = 10;

    /** What stands before a program's own command. */
    List<String> prefix(Launch launch) throws IOException {
        Limits limits = launch.limits();
        List<String> command = new ArrayList<>();
        command.add(SystemProgram.required("prlimit"));
        command.add("--core=0:0");
        if (limits.filesMax() > 0) {
            long filesMax = Math.min(limits.filesMax(), filesHardLimit());
            command.add("--nofile=" + filesMax + ":" + filesMax);
        }
        if (limits.memoryBytes() > 0 && !groups.has(Controller.MEMORY)) {
            command.add("--data=" + limits.memoryBytes());
        }
        boolean ownAccount = Account.own().isRoot() && launch.account().isPresent();
        if (limits.processesMax() > 0 && ownAccount && !groups.has(Controller.PIDS)) {
            command.add("--nproc=" + limits.processesMax());
        }
        if (limits.cpuMillis() > 0 && !groups.has(Controller.CPU)) {
            command.addAll(List.of(SystemProgram.required("nice"), "-n", Integer.toString(NICE_WITHOUT_CPU_LIMIT)));
        }
        return command;
    }

    /** What this server itself was given: a container often forbids even root to ask for more. */
    private static long filesHardLimit() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            Matcher found = OPEN_FILES.matcher(line);
            if (found.matches()) {
                return Long.parseLong(found.group(1));
            }
        }
        return Long.MAX_VALUE;
    }
}
