package im.backend.orchestrator.local;

import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.OneOff;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Runs a command in the same sandbox, with the same files and limits, as the app's instances. */
public final class LocalOneOff implements OneOff {
    private final Launcher launcher;
    private final AppLaunches launches;

    public LocalOneOff(LocalSettings settings, Launcher launcher, Toolchains toolchains) {
        this.launcher = launcher;
        this.launches = new AppLaunches(settings, launcher, toolchains);
    }

    @Override
    public Exit run(Workload workload, Duration timeout, Consumer<String> output) {
        String id = "run-" + UUID.randomUUID();
        try {
            ProgramExit exit = launcher.run(
                    launches.launch(workload, id, Optional.empty(), AppLaunches.Cpu.LIMITED), timeout, output);
            return new Exit(exit.code(), exit.outOfMemory());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed(
                            "cancelled", "`" + workload.command() + "` was cancelled and killed.", "", List.of())
                    .asException(cancelled);
        }
    }
}
