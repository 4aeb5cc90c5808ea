package im.backend.orchestrator.kubernetes;

import im.backend.orchestrator.Workload;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a container of a workload is given: its variables, all in one Secret, and its command. */
record AppEnvironment(Workload workload) {
    private static final int PORT = 8080;
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Where it listens; empty for a process without traffic. */
    static Optional<Integer> port(Workload workload) {
        return switch (workload.port()) {
            case Workload.Port.None none -> Optional.empty();
            case Workload.Port.Assigned assigned -> Optional.of(PORT);
            case Workload.Port.Fixed(int number) -> Optional.of(number);
        };
    }

    /** As a Secret holds them. Which of them are secrets is not known here, so all are taken for one. */
    SortedMap<String, byte[]> data() {
        SortedMap<String, byte[]> data = new TreeMap<>();
        variables().forEach((name, value) -> data.put(name, value.getBytes(StandardCharsets.UTF_8)));
        return data;
    }

    /** Kubernetes fills in the variables, so that no secret is in the pod's own text. */
    List<String> command() {
        List<String> arguments = workload.command().inContainer(variables()::containsKey);
        String program = arguments.getFirst();
        if (!program.contains("/") || program.startsWith("/")) {
            return arguments;
        }
        // Container engines do not agree on what a relative program is relative to.
        List<String> absolute = new java.util.ArrayList<>(arguments);
        absolute.set(0, workload.folder() + "/" + program.replaceFirst("^(\\./)+", ""));
        return absolute;
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        variables.put("LANG", "C.UTF-8");
        variables.put("PYTHONUNBUFFERED", "1");
        variables.put("PYTHONDONTWRITEBYTECODE", "1");
        variables.put(
                "HOME",
                workload.volumes().isEmpty()
                        ? "/tmp"
                        : workload.volumes().getFirst().path());
        variables.putAll(workload.memoryHint());
        workload.environment().forEach((name, value) -> variables.put(name, value.reveal()));
        // The image's own folders only; where there are none its own PATH stays.
        variables.computeIfPresent("PATH", (name, folders) -> folders + ":" + SYSTEM_PATH);
        variables.put("HOST", "0.0.0.0");
        port(workload).ifPresent(port -> variables.put("PORT", Integer.toString(port)));
        return variables;
    }
}
