package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One start of a container: a process of this host, whose output is kept with the time of each line. */
final class ContainerRun {
    /** @param root in whose place the image's files are */
    record Setting(ObjectNode pod, ObjectNode container, Path root, Path folder, String address, int restarts) {}

    /** @param at as the kubelet writes it */
    record Line(Instant at, String text) {}

    private final Setting setting;
    private final java.lang.Process process;
    private final Optional<ContainerRun> previous;
    private final Instant startedAt = Instant.now();
    private final List<Line> lines = new ArrayList<>();
    private final Thread reader;

    private ContainerRun(Setting setting, java.lang.Process process, Optional<ContainerRun> previous) {
        this.setting = setting;
        this.process = process;
        this.previous = previous;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    static ContainerRun start(Setting setting, FakeNode node, Optional<ContainerRun> previous) throws IOException {
        Map<String, String> variables = variables(setting, node);
        List<String> command = new ArrayList<>();
        setting.container().path("command").forEach(each -> command.add(expanded(each.asText(), variables)));
        setting.container().path("args").forEach(each -> command.add(expanded(each.asText(), variables)));
        ProcessBuilder builder = builder(setting, command, variables, node);
        return new ContainerRun(setting, builder.redirectErrorStream(true).start(), previous);
    }

    /** A second program in the same surroundings, as exec makes it. */
    ProcessBuilder beside(List<String> command, FakeNode node) {
        return builder(setting, command, variables(setting, node), node);
    }

    Optional<Integer> exit() {
        if (process.isAlive() || reader.isAlive()) {
            return Optional.empty();
        }
        return Optional.of(process.exitValue());
    }

    Optional<ContainerRun> previous() {
        return previous;
    }

    Instant startedAt() {
        return startedAt;
    }

    void terminate() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Lines from a number on; waits for one while it runs. */
    synchronized List<Line> lines(int from) {
        return List.copyOf(lines.subList(Math.min(from, lines.size()), lines.size()));
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (this) {
                    Instant now = Instant.now();
                    boolean late =
                            !lines.isEmpty() && !now.isAfter(lines.getLast().at());
                    lines.add(new Line(late ? lines.getLast().at().plusNanos(1) : now, line));
                }
            }
        } catch (IOException killed) {
            return;
        }
    }

    /** {@code bwrap} puts the folders of the image where the pod sees them, above the programs of this host. */
    private static ProcessBuilder builder(
            Setting setting, List<String> command, Map<String, String> variables, FakeNode node) {
        List<String> wrapped = new ArrayList<>(List.of(
                "bwrap", "--die-with-parent", "--tmpfs", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
        for (String system : List.of("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64")) {
            wrapped.addAll(List.of("--ro-bind-try", system, system));
        }
        try (var folders = Files.list(setting.root())) {
            folders.filter(Files::isDirectory)
                    .forEach(each -> wrapped.addAll(List.of("--ro-bind", each.toString(), "/" + each.getFileName())));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        for (JsonNode mount : setting.container().path("volumeMounts")) {
            volume(setting, mount, node)
                    .ifPresent(from -> wrapped.addAll(List.of(
                            "--bind", from.toString(), mount.path("mountPath").asText())));
        }
        String folder = setting.container().path("workingDir").asText("");
        if (!folder.isEmpty()) {
            wrapped.addAll(List.of("--chdir", folder));
        }
        wrapped.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(wrapped);
        builder.environment().clear();
        builder.environment().putAll(variables);
        return builder;
    }

    private static Optional<Path> volume(Setting setting, JsonNode mount, FakeNode node) {
        for (JsonNode volume : setting.pod().at("/spec/volumes")) {
            if (!volume.path("name").equals(mount.path("name"))) {
                continue;
            }
            Path folder = setting.folder().resolve(volume.path("name").asText());
            String claim = volume.at("/persistentVolumeClaim/claimName").asText("");
            if (!claim.isEmpty()) {
                String namespace = setting.pod().at("/metadata/namespace").asText();
                JsonNode bound = node.object(new ObjectKey(Kind.PERSISTENT_VOLUME_CLAIM, namespace, claim));
                JsonNode source = node.object(new ObjectKey(
                                Kind.PERSISTENT_VOLUME,
                                "",
                                bound.at("/spec/volumeName").asText()))
                        .path("spec");
                folder = Path.of(source.at("/hostPath/path")
                        .asText(source.at("/local/path").asText()));
            }
            folder = folder.resolve(mount.path("subPath").asText(""));
            try {
                Files.createDirectories(folder);
                String secret = volume.at("/secret/secretName").asText("");
                if (!secret.isEmpty()) {
                    write(setting, secret, folder, node);
                }
                return Optional.of(folder);
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }
        return Optional.empty();
    }

    private static void write(Setting setting, String secret, Path folder, FakeNode node) throws IOException {
        String namespace = setting.pod().at("/metadata/namespace").asText();
        for (Map.Entry<String, JsonNode> file : node.object(new ObjectKey(Kind.SECRET, namespace, secret))
                .path("data")
                .properties()) {
            Files.write(
                    folder.resolve(file.getKey()),
                    Base64.getDecoder().decode(file.getValue().asText()));
        }
    }

    private static Map<String, String> variables(Setting setting, FakeNode node) {
        String namespace = setting.pod().at("/metadata/namespace").asText();
        Map<String, String> variables = new HashMap<>(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"));
        for (JsonNode from : setting.container().path("envFrom")) {
            node.object(new ObjectKey(
                            Kind.SECRET, namespace, from.at("/secretRef/name").asText()))
                    .path("data")
                    .properties()
                    .forEach(field -> variables.put(field.getKey(), decoded(field.getValue())));
        }
        for (JsonNode variable : setting.container().path("env")) {
            JsonNode secret = variable.at("/valueFrom/secretKeyRef");
            String value = secret.isMissingNode()
                    ? variable.path("value").asText("")
                    : decoded(node.object(new ObjectKey(
                                    Kind.SECRET, namespace, secret.path("name").asText()))
                            .path("data")
                            .path(secret.path("key").asText()));
            variables.put(variable.path("name").asText(), value);
        }
        // Pods of the fake share the host's network: each listens on its own address only.
        variables.computeIfPresent("HOST", (name, any) -> setting.address());
        return variables;
    }

    private static String decoded(JsonNode value) {
        return new String(Base64.getDecoder().decode(value.asText()), StandardCharsets.UTF_8);
    }

    private static String expanded(String text, Map<String, String> variables) {
        String result = text;
        for (Map.Entry<String, String> each : variables.entrySet()) {
            result = result.replace("$(" + each.getKey() + ")", each.getValue());
        }
        return result;
    }
}
