package im.backend.manifest;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.EnvValue;
import im.backend.problem.ProblemException;
import java.util.List;
import java.util.SortedMap;

/**
 * Writes a manifest as a backend.yml that {@link ManifestReader#readWritten} makes equal again. Every default is
 * written out, so that a stored release keeps its meaning when a later server has other defaults.
 */
public final class ManifestWriter {
    private final StringBuilder out = new StringBuilder();

    private ManifestWriter() {}

    public static String write(AppManifest manifest) {
        return new ManifestWriter().document(manifest);
    }

    private String document(AppManifest manifest) {
        manifest.name().ifPresent(name -> line(0, "name", quoted(name.value())));
        manifest.runtime().ifPresent(runtime -> line(0, "runtime", quoted(runtime.toString())));
        manifest.entrypoint().ifPresent(command -> line(0, "entrypoint", written(command)));
        if (!manifest.env().isEmpty()) {
            heading("env");
            manifest.env().forEach((name, value) -> line(2, name.value(), quoted(written(value))));
        }
        if (!manifest.generatedSecrets().isEmpty()) {
            heading("secrets");
            manifest.generatedSecrets().forEach(name -> line(2, name.value(), BackendYml.GENERATE));
        }
        heading("resources");
        line(2, "memory", Quantity.writeBytes(manifest.resources().memoryBytes()));
        line(2, "cpu", Quantity.writeCpu(manifest.resources().cpuMillis()));
        heading("scaling");
        line(2, "min", String.valueOf(manifest.scaling().min()));
        line(2, "max", String.valueOf(manifest.scaling().max()));
        manifest.port().ifPresent(port -> line(0, "port", String.valueOf(port)));
        healthcheck(manifest.healthcheck());
        manifest.release().ifPresent(command -> line(0, "release", written(command)));
        processes(manifest.processes());
        cron(manifest.cron());
        volumes(manifest.volumes());
        build(manifest.build());
        manifest.test().ifPresent(command -> line(0, "test", written(command)));
        heading("deploy");
        manifest.deploy().strategy().ifPresent(strategy -> line(2, "strategy", BackendYml.wireName(strategy)));
        line(2, "drain", Quantity.writeSpan(manifest.deploy().drain()));
        return out.toString();
    }

    private void healthcheck(HealthCheck check) {
        heading("healthcheck");
        check.path().ifPresent(path -> line(2, "path", quoted(path)));
        line(2, "interval", Quantity.writeSpan(check.interval()));
        line(2, "timeout", Quantity.writeSpan(check.timeout()));
        line(2, "grace", Quantity.writeSpan(check.grace()));
        line(2, "deadline", Quantity.writeSpan(check.deadline()));
    }

    private void processes(SortedMap<String, Command> processes) {
        if (!processes.isEmpty()) {
            heading("processes");
            processes.forEach((name, command) -> line(2, name, written(command)));
        }
    }

    private void cron(List<CronEntry> entries) {
        if (!entries.isEmpty()) {
            heading("cron");
        }
        for (CronEntry entry : entries) {
            line(2, "- name", quoted(entry.name()));
            line(4, "schedule", quoted(entry.schedule().text()));
            line(4, "command", written(entry.command()));
            line(4, "timeout", Quantity.writeSpan(entry.timeout()));
        }
    }

    private void volumes(List<VolumeClaim> volumes) {
        if (!volumes.isEmpty()) {
            heading("volumes");
        }
        for (VolumeClaim volume : volumes) {
            line(2, "- name", quoted(volume.name()));
            line(4, "path", quoted(volume.path()));
            line(4, "size", Quantity.writeBytes(volume.sizeBytes()));
            line(4, "shared", String.valueOf(volume.shared()));
        }
    }

    private void build(AppManifest.Build build) {
        if (build.equals(AppManifest.Build.DEFAULT)) {
            return;
        }
        heading("build");
        build.command().ifPresent(command -> line(2, "command", written(command)));
        if (!build.ignore().isEmpty()) {
            line(2, "ignore", list(build.ignore()));
        }
        build.dockerfile().ifPresent(path -> line(2, "dockerfile", quoted(path)));
        if (!build.arguments().isEmpty()) {
            out.append("  args:\n");
            build.arguments().forEach((name, value) -> line(4, name, quoted(value)));
        }
    }

    private void heading(String key) {
        out.append(key).append(":\n");
    }

    private void line(int indent, String key, String value) {
        out.repeat(' ', indent).append(key).append(": ").append(value).append('\n');
    }

    private static String written(EnvValue value) {
        return switch (value) {
            case EnvValue.Literal(String text) -> text;
            case EnvValue.Secret(var name) -> EnvValue.SECRET_PREFIX + name;
        };
    }

    /** As the line that it was, or as a list when it was made from one. */
    private static String written(Command command) {
        return isLine(command)
                ? quoted(command.text())
                : list(command.words().stream()
                        .map(word -> String.join(
                                "",
                                word.parts().stream().map(Command.Part::text).toList()))
                        .toList());
    }

    private static boolean isLine(Command command) {
        try {
            return Command.parse(command.text()).equals(command);
        } catch (ProblemException onlyAList) {
            return false;
        }
    }

    private static String list(List<String> items) {
        return "["
                + String.join(", ", items.stream().map(ManifestWriter::quoted).toList()) + "]";
    }

    /** In double quotes, where YAML and JSON agree on every escape that is used here. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
