package im.backend.build.detect;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a detector saw, before the manifest has its say.
 *
 * @param what the file and the framework, as in {@code requirements.txt with fastapi}
 * @param runtime the version that files of the tree ask for
 * @param web the command that follows from it; empty when it can not be told
 * @param webHint what to do when it can not, with an example line of backend.yml
 */
record Finding(
        String what,
        RuntimeSpec runtime,
        Optional<Command> web,
        String webHint,
        Map<String, String> environment,
        List<String> warnings,
        List<String> ignored) {

    Finding(String what, RuntimeSpec runtime, Optional<Command> web, String webHint) {
        this(what, runtime, web, webHint, Map.of(), List.of(), List.of());
    }

    Finding withEnvironment(Map<String, String> needed) {
        return new Finding(what, runtime, web, webHint, needed, warnings, ignored);
    }

    Finding withWarnings(List<String> told) {
        return new Finding(what, runtime, web, webHint, environment, told, ignored);
    }

    Finding withIgnored(List<String> patterns) {
        return new Finding(what, runtime, web, webHint, environment, warnings, patterns);
    }

    /** The manifest wins over what was found. */
    BuildPlan.Outline outline(AppManifest manifest) {
        SortedMap<String, Command> processes = new TreeMap<>(manifest.processes());
        manifest.entrypoint().or(() -> web).ifPresent(command -> processes.putIfAbsent(StartPlan.WEB, command));
        if (processes.isEmpty()) {
            throw new Problem.StageFailed(
                            "detection-failed", "Found " + what + ", but not how it is started.", webHint, List.of())
                    .asException();
        }
        List<String> everyIgnored = new ArrayList<>(ignored);
        everyIgnored.addAll(manifest.build().ignore());
        StartPlan start = new StartPlan(
                manifest.runtime().filter(spec -> !spec.version().isEmpty()).orElse(runtime),
                processes,
                manifest.release(),
                new TreeMap<>(environment));
        return new BuildPlan.Outline(
                reason(manifest, processes),
                manifest.entrypoint().isPresent() ? List.of() : warnings,
                start,
                manifest.build().command(),
                manifest.test(),
                everyIgnored);
    }

    private String reason(AppManifest manifest, SortedMap<String, Command> processes) {
        if (!processes.containsKey(StartPlan.WEB)) {
            return "found " + what + ": no web process, only " + String.join(", ", processes.keySet());
        }
        String command = processes.get(StartPlan.WEB).text();
        return manifest.entrypoint().isPresent()
                ? "found " + what + "; the entrypoint is given: " + command
                : "found " + what + ": " + command;
    }
}
