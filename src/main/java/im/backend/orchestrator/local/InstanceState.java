package im.backend.orchestrator.local;

import im.backend.domain.CommitHash;
import im.backend.domain.Endpoint;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.host.Footprint;
import im.backend.host.ProgramIdentity;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.log.InstanceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What another server of this data folder has to know of an instance; never its environment. */
record InstanceState(Instance instance, Footprint footprint) {
    private static final String FORMAT = "1";

    List<String> toLines() {
        List<String> lines = new ArrayList<>();
        lines.add("format=" + FORMAT);
        lines.add("id=" + new InstanceId(instance.key()));
        lines.add("project=" + instance.project());
        lines.add("commit=" + instance.release().commit());
        instance.endpoint().ifPresent(endpoint -> {
            lines.add("host=" + endpoint.host());
            lines.add("port=" + endpoint.port());
        });
        lines.add("boot=" + footprint.identity().bootId());
        lines.add("pid=" + footprint.identity().pid());
        lines.add("ticks=" + footprint.identity().startTicks());
        lines.add("sandboxed=" + footprint.sandboxed());
        footprint.groups().forEach(group -> lines.add("group=" + group));
        return lines;
    }

    /** Empty when the lines are cut off or of another version, as after a loss of power: then nothing of it can run. */
    static Optional<InstanceState> fromLines(List<String> lines) {
        Map<String, String> values = new HashMap<>();
        List<Path> groups = new ArrayList<>();
        for (String line : lines) {
            String[] sides = line.split("=", 2);
            if (sides.length == 2 && sides[0].equals("group")) {
                groups.add(Path.of(sides[1]));
            } else if (sides.length == 2) {
                values.put(sides[0], sides[1]);
            }
        }
        try {
            return FORMAT.equals(values.get("format")) ? Optional.of(fromValues(values, groups)) : Optional.empty();
        } catch (RuntimeException cutOff) {
            return Optional.empty();
        }
    }

    private static InstanceState fromValues(Map<String, String> values, List<Path> groups) {
        InstanceId id = InstanceId.parse(required(values, "id")).orElseThrow();
        ProjectId project = new ProjectId(required(values, "project"));
        ReleaseName release = new ReleaseName(project, new CommitHash(required(values, "commit")));
        Optional<Endpoint> endpoint = Optional.ofNullable(values.get("port"))
                .map(port -> new Endpoint(required(values, "host"), Integer.parseInt(port)));
        ProgramIdentity identity = new ProgramIdentity(
                required(values, "boot"),
                Long.parseLong(required(values, "pid")),
                Long.parseLong(required(values, "ticks")));
        Footprint footprint =
                new Footprint(id.toString(), identity, Boolean.parseBoolean(required(values, "sandboxed")), groups);
        return new InstanceState(new Instance(id.key(), project, release, endpoint), footprint);
    }

    private static String required(Map<String, String> values, String name) {
        return Optional.ofNullable(values.get(name)).orElseThrow();
    }
}
