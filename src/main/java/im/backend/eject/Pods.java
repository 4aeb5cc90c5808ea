package im.backend.eject;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.Command;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.StartPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The templates of an app's pods: one container with the app's limits and storage, and no rights. */
record Pods(ProjectName name, AppManifest manifest) {
    private static final int PORT = 8080;
    private static final int USER = 1000;

    /** Of a process that stays. */
    Fields staying(String process, Optional<Command> command) {
        Fields container = container(process, command, new TreeMap<>());
        if (process.equals(StartPlan.WEB)) {
            container.with("ports", List.of(Fields.of("name", "http").with("containerPort", port())));
            addProbes(container);
        }
        long grace = Math.max(30, manifest.deploy().drain().toSeconds() + 10);
        return template(process, pod(container).with("terminationGracePeriodSeconds", grace));
    }

    /** Of the command before each release. */
    Fields release(Command command) {
        SortedMap<String, String> further = new TreeMap<>();
        further.put("RELEASE_COMMAND", "1");
        return once("release", container("release", Optional.of(command), further));
    }

    /** Of a command that runs by the clock. */
    Fields cron(String component, Command command) {
        return once(component, container("cron", Optional.of(command), new TreeMap<>()));
    }

    /** What finds the pods of a template again. */
    Fields labels(String component) {
        return Fields.of("app.kubernetes.io/name", name.value()).with("app.kubernetes.io/component", component);
    }

    private Fields once(String component, Fields container) {
        return template(component, pod(container).with("restartPolicy", "Never"));
    }

    private Fields template(String component, Fields pod) {
        return Fields.of("metadata", Fields.of("labels", labels(component))).with("spec", pod);
    }

    private Fields pod(Fields container) {
        List<Fields> volumes = new ArrayList<>();
        volumes.add(Fields.of("name", "tmp").with("emptyDir", new Fields()));
        manifest.volumes()
                .forEach(volume -> volumes.add(Fields.of("name", "volume-" + volume.name())
                        .with("persistentVolumeClaim", Fields.of("claimName", name + "-" + volume.name()))));
        return new Fields()
                .with("automountServiceAccountToken", false)
                .with("enableServiceLinks", false)
                .with(
                        "securityContext",
                        new Fields()
                                .with("runAsNonRoot", true)
                                .with("runAsUser", USER)
                                .with("runAsGroup", USER)
                                .with("fsGroup", USER)
                                .with("seccompProfile", Fields.of("type", "RuntimeDefault")))
                .with("containers", List.of(container))
                .with("volumes", volumes);
    }

    private Fields container(String called, Optional<Command> command, SortedMap<String, String> further) {
        Fields container = Fields.of("name", called).with("image", "registry.example.com/" + name + ":latest");
        command.ifPresent(words -> container.with("command", words.inContainer(variable -> true)));
        List<Fields> mounts = new ArrayList<>();
        mounts.add(Fields.of("name", "tmp").with("mountPath", "/tmp"));
        manifest.volumes()
                .forEach(volume ->
                        mounts.add(Fields.of("name", "volume-" + volume.name()).with("mountPath", volume.path())));
        return container
                .with("env", environment(further))
                .with("resources", Fields.of("requests", resources()).with("limits", resources()))
                .with(
                        "securityContext",
                        new Fields()
                                .with("allowPrivilegeEscalation", false)
                                .with("readOnlyRootFilesystem", true)
                                .with("capabilities", Fields.of("drop", List.of("ALL"))))
                .with("volumeMounts", mounts);
    }

    private Fields resources() {
        return Fields.of("cpu", manifest.resources().cpuMillis() + "m")
                .with("memory", Words.bytes(manifest.resources().memoryBytes()));
    }

    private List<Fields> environment(SortedMap<String, String> further) {
        SortedMap<String, String> platform = new TreeMap<>(further);
        platform.put("PORT", Integer.toString(port()));
        platform.put("HOST", "0.0.0.0");
        platform.put("BACKENDIM_ENVIRONMENT", "production");
        if (!manifest.volumes().isEmpty()) {
            platform.put("DATA_DIR", manifest.volumes().getFirst().path());
        }
        List<Fields> entries = new ArrayList<>();
        platform.forEach(
                (variable, text) -> entries.add(Fields.of("name", variable).with("value", Words.literal(text))));
        manifest.env().forEach((variable, value) -> entries.add(variable(variable, value)));
        return entries;
    }

    private Fields variable(EnvName variable, EnvValue value) {
        Fields entry = Fields.of("name", variable.value());
        return switch (value) {
            case EnvValue.Literal(String text) -> entry.with("value", Words.literal(text));
            case EnvValue.Secret(var secret) -> {
                Fields reference = Fields.of("name", name + "-secrets").with("key", secret.value());
                yield entry.with("valueFrom", Fields.of("secretKeyRef", reference));
            }
        };
    }

    /** The first answer may take as long as it may here; later ones have three tries. */
    private void addProbes(Fields container) {
        HealthCheck check = manifest.healthcheck();
        long period = Math.max(1, check.interval().toSeconds());
        container
                .with("startupProbe", probe(period, Math.max(1, check.deadline().toSeconds() / period)))
                .with("readinessProbe", probe(10, 3));
    }

    private Fields probe(long periodSeconds, long failures) {
        HealthCheck check = manifest.healthcheck();
        Fields ask = check.path()
                .map(path -> Fields.of("httpGet", Fields.of("path", path).with("port", "http")))
                .orElseGet(() -> Fields.of("tcpSocket", Fields.of("port", "http")));
        return ask.with("periodSeconds", periodSeconds)
                .with("timeoutSeconds", Math.max(1, check.timeout().toSeconds()))
                .with("failureThreshold", failures);
    }

    private int port() {
        return manifest.port().orElse(PORT);
    }
}
