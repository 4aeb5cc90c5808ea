package im.backend.store.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.Schedule;
import im.backend.domain.SecretName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A release's manifest as it is stored: every value as it was in force, commands already split. Not backend.yml, whose
 * grammar and defaults may change while a rollback must find what once ran.
 */
final class ManifestJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ManifestJson() {}

    static ObjectNode write(AppManifest manifest) {
        ObjectNode json = NODES.objectNode();
        manifest.name().ifPresent(name -> json.put("name", name.value()));
        manifest.runtime()
                .ifPresent(runtime -> json.putObject("runtime")
                        .put("language", runtime.language().name())
                        .put("version", runtime.version()));
        manifest.entrypoint().ifPresent(command -> json.set("entrypoint", command(command)));
        ObjectNode env = json.putObject("env");
        manifest.env().forEach((name, value) -> env.set(name.value(), envValue(value)));
        ArrayNode generated = json.putArray("generatedSecrets");
        manifest.generatedSecrets().forEach(name -> generated.add(name.value()));
        json.putObject("resources")
                .put("memoryBytes", manifest.resources().memoryBytes())
                .put("cpuMillis", manifest.resources().cpuMillis());
        json.putObject("scaling")
                .put("min", manifest.scaling().min())
                .put("max", manifest.scaling().max());
        manifest.port().ifPresent(port -> json.put("port", port));
        json.set("healthcheck", healthcheck(manifest.healthcheck()));
        manifest.release().ifPresent(command -> json.set("release", command(command)));
        ObjectNode processes = json.putObject("processes");
        manifest.processes().forEach((name, command) -> processes.set(name, command(command)));
        ArrayNode cron = json.putArray("cron");
        manifest.cron()
                .forEach(entry -> cron.addObject()
                        .put("name", entry.name())
                        .put("schedule", entry.schedule().text())
                        .put("timeout", entry.timeout().toString())
                        .set("command", command(entry.command())));
        ArrayNode volumes = json.putArray("volumes");
        manifest.volumes()
                .forEach(volume -> volumes.addObject()
                        .put("name", volume.name())
                        .put("path", volume.path())
                        .put("sizeBytes", volume.sizeBytes())
                        .put("shared", volume.shared()));
        ObjectNode build = json.putObject("build");
        manifest.build().command().ifPresent(command -> build.set("command", command(command)));
        ArrayNode ignore = build.putArray("ignore");
        manifest.build().ignore().forEach(ignore::add);
        manifest.build().dockerfile().ifPresent(path -> build.put("dockerfile", path));
        ObjectNode arguments = build.putObject("arguments");
        manifest.build().arguments().forEach(arguments::put);
        manifest.test().ifPresent(command -> json.set("test", command(command)));
        ObjectNode deploy = json.putObject("deploy");
        manifest.deploy().strategy().ifPresent(strategy -> deploy.put("strategy", strategy.name()));
        deploy.put("drain", manifest.deploy().drain().toString());
        return json;
    }

    static AppManifest read(JsonNode json) {
        SortedMap<EnvName, EnvValue> env = new TreeMap<>();
        json.path("env")
                .properties()
                .forEach(entry -> env.put(new EnvName(entry.getKey()), envValue(entry.getValue())));
        SortedSet<SecretName> generated = new TreeSet<>();
        json.path("generatedSecrets").forEach(name -> generated.add(new SecretName(name.asText())));
        SortedMap<String, Command> processes = new TreeMap<>();
        json.path("processes").properties().forEach(entry -> processes.put(entry.getKey(), command(entry.getValue())));
        List<AppManifest.VolumeClaim> volumes = new ArrayList<>();
        json.path("volumes")
                .forEach(volume -> volumes.add(new AppManifest.VolumeClaim(
                        volume.path("name").asText(),
                        volume.path("path").asText(),
                        volume.path("sizeBytes").asLong(),
                        volume.path("shared").asBoolean())));
        return new AppManifest(
                optional(json, "name", name -> new ProjectName(name.asText())),
                optional(json, "runtime", ManifestJson::runtime),
                optional(json, "entrypoint", ManifestJson::command),
                env,
                generated,
                new AppManifest.Resources(
                        json.path("resources").path("memoryBytes").asLong(),
                        json.path("resources").path("cpuMillis").asInt()),
                new AppManifest.Scaling(
                        json.path("scaling").path("min").asInt(),
                        json.path("scaling").path("max").asInt()),
                optional(json, "port", JsonNode::asInt),
                healthcheck(json.path("healthcheck")),
                optional(json, "release", ManifestJson::command),
                processes,
                cron(json.path("cron")),
                volumes,
                build(json.path("build")),
                optional(json, "test", ManifestJson::command),
                new AppManifest.Rollout(
                        optional(json.path("deploy"), "strategy", name -> AppManifest.Strategy.valueOf(name.asText())),
                        duration(json.path("deploy"), "drain")));
    }

    /** Releases of earlier servers have none. */
    private static List<AppManifest.CronEntry> cron(JsonNode json) {
        List<AppManifest.CronEntry> entries = new ArrayList<>();
        json.forEach(entry -> entries.add(new AppManifest.CronEntry(
                entry.path("name").asText(),
                new Schedule(entry.path("schedule").asText()),
                command(entry.path("command")),
                duration(entry, "timeout"))));
        return entries;
    }

    /** Releases of earlier servers say nothing of a Dockerfile. */
    private static AppManifest.Build build(JsonNode json) {
        List<String> ignore = new ArrayList<>();
        json.path("ignore").forEach(pattern -> ignore.add(pattern.asText()));
        SortedMap<String, String> arguments = new TreeMap<>();
        json.path("arguments")
                .properties()
                .forEach(entry -> arguments.put(entry.getKey(), entry.getValue().asText()));
        return new AppManifest.Build(
                optional(json, "command", ManifestJson::command),
                ignore,
                optional(json, "dockerfile", JsonNode::asText),
                arguments);
    }

    private static ObjectNode healthcheck(AppManifest.HealthCheck check) {
        ObjectNode json = NODES.objectNode();
        check.path().ifPresent(path -> json.put("path", path));
        return json.put("interval", check.interval().toString())
                .put("timeout", check.timeout().toString())
                .put("grace", check.grace().toString())
                .put("deadline", check.deadline().toString());
    }

    private static AppManifest.HealthCheck healthcheck(JsonNode json) {
        return new AppManifest.HealthCheck(
                optional(json, "path", JsonNode::asText),
                duration(json, "interval"),
                duration(json, "timeout"),
                duration(json, "grace"),
                duration(json, "deadline"));
    }

    /** A word is a list of parts: a plain text, or an object when no variable is replaced in it. */
    private static ObjectNode command(Command command) {
        ObjectNode json = NODES.objectNode().put("text", command.text());
        ArrayNode words = json.putArray("words");
        command.words().forEach(word -> {
            ArrayNode parts = words.addArray();
            word.parts().forEach(part -> {
                if (part.expand()) {
                    parts.add(part.text());
                } else {
                    parts.addObject().put("literal", part.text());
                }
            });
        });
        return json;
    }

    private static Command command(JsonNode json) {
        List<Command.Word> words = new ArrayList<>();
        json.path("words").forEach(word -> {
            List<Command.Part> parts = new ArrayList<>();
            word.forEach(part -> parts.add(
                    part.isTextual()
                            ? new Command.Part(part.asText(), true)
                            : new Command.Part(part.path("literal").asText(), false)));
            words.add(new Command.Word(parts));
        });
        return new Command(json.path("text").asText(), words);
    }

    private static ObjectNode envValue(EnvValue value) {
        return switch (value) {
            case EnvValue.Literal(var text) -> NODES.objectNode().put("literal", text);
            case EnvValue.Secret(var name) -> NODES.objectNode().put("secret", name.value());
        };
    }

    private static EnvValue envValue(JsonNode json) {
        return json.has("secret")
                ? new EnvValue.Secret(new SecretName(json.path("secret").asText()))
                : new EnvValue.Literal(json.path("literal").asText());
    }

    private static RuntimeSpec runtime(JsonNode json) {
        return new RuntimeSpec(
                RuntimeSpec.Language.valueOf(json.path("language").asText()),
                json.path("version").asText());
    }

    private static Duration duration(JsonNode json, String field) {
        return Duration.parse(json.path(field).asText());
    }

    private static <T> Optional<T> optional(JsonNode json, String field, Function<JsonNode, T> reader) {
        return Optional.ofNullable(json.get(field)).map(reader);
    }
}
