package im.backend.eject;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Objects of Kubernetes that give an app what it has here: its own namespace, storage, probes, limits and no rights. */
record Kubernetes(ProjectName name, StartPlan start, AppManifest manifest) {
    private static final int PORT = 8080;
    private static final int USER = 1000;
    private static final int CPU_PERCENT = 80;
    private static final String SEPARATOR = "---\n";

    String text() {
        List<Map<String, Object>> objects = new ArrayList<>();
        objects.add(object("v1", "Namespace", Map.of("name", name.value()), Map.of()));
        if (!secrets().isEmpty()) {
            objects.add(object("v1", "Secret", metadata(name + "-secrets"), Map.of("stringData", secrets())));
        }
        manifest.volumes().forEach(volume -> objects.add(claim(volume)));
        start.release().ifPresent(command -> objects.add(releaseJob(command)));
        boolean hasWeb = start.processes().containsKey(StartPlan.WEB) || isOwnImage();
        if (hasWeb) {
            objects.add(deployment(StartPlan.WEB));
            objects.add(service());
            objects.add(ingress());
            boolean oneWriter = manifest.volumes().stream().anyMatch(volume -> !volume.shared());
            if (manifest.scaling().max() > manifest.scaling().min() && !oneWriter) {
                objects.add(autoscaler());
            }
        }
        start.processes().keySet().stream()
                .filter(process -> !process.equals(StartPlan.WEB))
                .forEach(process -> objects.add(deployment(process)));
        manifest.cron().forEach(entry -> objects.add(cronJob(entry)));
        StringBuilder text = new StringBuilder("""
            # Written by `backendim eject`. Replace the image, the host and the secrets' values, then:
            #   kubectl apply -f kubernetes.yaml
            """);
        objects.forEach(object -> text.append(SEPARATOR).append(YamlText.document(object)));
        return text.toString();
    }

    /** How it is started, only the image knows. */
    private boolean isOwnImage() {
        return start.runtime().language() == Language.DOCKERFILE;
    }

    private SortedMap<String, Object> secrets() {
        SortedMap<String, Object> values = new TreeMap<>();
        manifest.env().values().forEach(value -> {
            if (value instanceof EnvValue.Secret(var secret)) {
                values.put(secret.value(), "CHANGE-ME");
            }
        });
        return values;
    }

    private Map<String, Object> claim(VolumeClaim volume) {
        return object(
                "v1",
                "PersistentVolumeClaim",
                metadata(name + "-" + volume.name()),
                Map.of(
                        "spec",
                        ordered(
                                "accessModes",
                                List.of(volume.shared() ? "ReadWriteMany" : "ReadWriteOnce"),
                                "resources",
                                Map.of("requests", Map.of("storage", bytes(volume.sizeBytes()))))));
    }

    /** A Job runs once: it is deleted before the next release is applied. */
    private Map<String, Object> releaseJob(Command command) {
        Map<String, Object> pod = pod(container("release", Optional.of(command), Map.of("RELEASE_COMMAND", "1")));
        pod.put("restartPolicy", "Never");
        return object(
                "batch/v1",
                "Job",
                metadata(name + "-release"),
                Map.of(
                        "spec",
                        ordered(
                                "backoffLimit",
                                0,
                                "template",
                                ordered("metadata", Map.of("labels", labels("release")), "spec", pod))));
    }

    /** One run at a time, each tried once. */
    private Map<String, Object> cronJob(CronEntry entry) {
        // No process has a full stop in its name, so that no Deployment takes its pods for its own.
        String process = "cron." + entry.name();
        Map<String, Object> pod = pod(container("cron", Optional.of(entry.command()), Map.of()));
        pod.put("restartPolicy", "Never");
        Map<String, Object> job = ordered(
                "backoffLimit",
                0,
                "activeDeadlineSeconds",
                Math.max(1, entry.timeout().toSeconds()),
                "template",
                ordered("metadata", Map.of("labels", labels(process)), "spec", pod));
        return object(
                "batch/v1",
                "CronJob",
                metadata(name + "-cron-" + entry.name()),
                Map.of(
                        "spec",
                        ordered(
                                "schedule",
                                entry.schedule().inNumbers(),
                                "timeZone",
                                "Etc/UTC",
                                "concurrencyPolicy",
                                "Forbid",
                                "jobTemplate",
                                Map.of("spec", job))));
    }

    private Map<String, Object> deployment(String process) {
        boolean web = process.equals(StartPlan.WEB);
        // The image's own CMD is the web process.
        Optional<Command> command =
                web ? Optional.empty() : Optional.ofNullable(start.processes().get(process));
        Map<String, Object> container = container(process, command, Map.of());
        if (web) {
            container.put("ports", List.of(ordered("name", "http", "containerPort", port())));
            container.putAll(probes());
        }
        Map<String, Object> pod = pod(container);
        pod.put(
                "terminationGracePeriodSeconds",
                Math.max(30, manifest.deploy().drain().toSeconds() + 10));
        boolean recreate = manifest.strategy() == AppManifest.Strategy.RECREATE;
        return object(
                "apps/v1",
                "Deployment",
                metadata(web ? name.value() : name + "-" + process),
                Map.of(
                        "spec",
                        ordered(
                                "replicas",
                                web ? manifest.scaling().min() : 1,
                                "strategy",
                                recreate
                                        ? Map.of("type", "Recreate")
                                        : ordered(
                                                "type",
                                                "RollingUpdate",
                                                "rollingUpdate",
                                                ordered("maxUnavailable", 0, "maxSurge", 1)),
                                "selector",
                                Map.of("matchLabels", labels(process)),
                                "template",
                                ordered("metadata", Map.of("labels", labels(process)), "spec", pod))));
    }

    private Map<String, Object> pod(Map<String, Object> container) {
        List<Object> volumes = new ArrayList<>();
        volumes.add(ordered("name", "tmp", "emptyDir", Map.of()));
        for (VolumeClaim volume : manifest.volumes()) {
            volumes.add(ordered(
                    "name",
                    "volume-" + volume.name(),
                    "persistentVolumeClaim",
                    Map.of("claimName", name + "-" + volume.name())));
        }
        return ordered(
                "automountServiceAccountToken",
                false,
                "enableServiceLinks",
                false,
                "securityContext",
                ordered(
                        "runAsNonRoot",
                        true,
                        "runAsUser",
                        USER,
                        "runAsGroup",
                        USER,
                        "fsGroup",
                        USER,
                        "seccompProfile",
                        Map.of("type", "RuntimeDefault")),
                "containers",
                List.of(container),
                "volumes",
                volumes);
    }

    private Map<String, Object> container(String process, Optional<Command> command, Map<String, String> further) {
        Map<String, Object> container = ordered("name", process, "image", "registry.example.com/" + name + ":latest");
        command.ifPresent(words -> container.put("command", words.inContainer(name -> true)));
        container.put("env", environment(further));
        container.put(
                "resources",
                ordered(
                        "requests",
                        ordered(
                                "cpu",
                                cpu(),
                                "memory",
                                bytes(manifest.resources().memoryBytes())),
                        "limits",
                        ordered(
                                "cpu",
                                cpu(),
                                "memory",
                                bytes(manifest.resources().memoryBytes()))));
        container.put(
                "securityContext",
                ordered(
                        "allowPrivilegeEscalation",
                        false,
                        "readOnlyRootFilesystem",
                        true,
                        "capabilities",
                        Map.of("drop", List.of("ALL"))));
        List<Object> mounts = new ArrayList<>();
        mounts.add(ordered("name", "tmp", "mountPath", "/tmp"));
        manifest.volumes()
                .forEach(volume -> mounts.add(ordered("name", "volume-" + volume.name(), "mountPath", volume.path())));
        container.put("volumeMounts", mounts);
        return container;
    }

    private List<Object> environment(Map<String, String> further) {
        List<Object> entries = new ArrayList<>();
        SortedMap<String, String> platform = new TreeMap<>(further);
        platform.put("PORT", Integer.toString(port()));
        platform.put("HOST", "0.0.0.0");
        platform.put("BACKENDIM_ENVIRONMENT", "production");
        if (!manifest.volumes().isEmpty()) {
            platform.put("DATA_DIR", manifest.volumes().getFirst().path());
        }
        platform.forEach((variable, value) -> entries.add(ordered("name", variable, "value", Words.literal(value))));
        manifest.env()
                .forEach((variable, value) -> entries.add(
                        switch (value) {
                            case EnvValue.Literal(String text) ->
                                ordered("name", variable.value(), "value", Words.literal(text));
                            case EnvValue.Secret(var secret) ->
                                ordered(
                                        "name",
                                        variable.value(),
                                        "valueFrom",
                                        Map.of(
                                                "secretKeyRef",
                                                ordered("name", name + "-secrets", "key", secret.value())));
                        }));
        return entries;
    }

    /** The first answer may take as long as it may here; later ones have three tries. */
    private Map<String, Object> probes() {
        HealthCheck check = manifest.healthcheck();
        long period = Math.max(1, check.interval().toSeconds());
        long timeout = Math.max(1, check.timeout().toSeconds());
        Map<String, Object> ask = check.path().isPresent()
                ? Map.of("httpGet", ordered("path", check.path().get(), "port", "http"))
                : Map.of("tcpSocket", Map.of("port", "http"));
        Map<String, Object> startup = new LinkedHashMap<>(ask);
        startup.putAll(ordered(
                "periodSeconds",
                period,
                "timeoutSeconds",
                timeout,
                "failureThreshold",
                Math.max(1, check.deadline().toSeconds() / period)));
        Map<String, Object> readiness = new LinkedHashMap<>(ask);
        readiness.putAll(ordered("periodSeconds", 10, "timeoutSeconds", timeout, "failureThreshold", 3));
        return ordered("startupProbe", startup, "readinessProbe", readiness);
    }

    private Map<String, Object> service() {
        return object(
                "v1",
                "Service",
                metadata(name.value()),
                Map.of(
                        "spec",
                        ordered(
                                "selector",
                                labels(StartPlan.WEB),
                                "ports",
                                List.of(ordered("name", "http", "port", 80, "targetPort", "http")))));
    }

    private Map<String, Object> ingress() {
        Map<String, Object> backend = Map.of("service", ordered("name", name.value(), "port", Map.of("name", "http")));
        Map<String, Object> path = ordered("path", "/", "pathType", "Prefix", "backend", backend);
        return object(
                "networking.k8s.io/v1",
                "Ingress",
                metadata(name.value()),
                Map.of(
                        "spec",
                        Map.of(
                                "rules",
                                List.of(ordered(
                                        "host", name + ".example.com", "http", Map.of("paths", List.of(path)))))));
    }

    private Map<String, Object> autoscaler() {
        Map<String, Object> metric = ordered(
                "type",
                "Resource",
                "resource",
                ordered("name", "cpu", "target", ordered("type", "Utilization", "averageUtilization", CPU_PERCENT)));
        return object(
                "autoscaling/v2",
                "HorizontalPodAutoscaler",
                metadata(name.value()),
                Map.of(
                        "spec",
                        ordered(
                                "scaleTargetRef",
                                ordered("apiVersion", "apps/v1", "kind", "Deployment", "name", name.value()),
                                "minReplicas",
                                manifest.scaling().min(),
                                "maxReplicas",
                                manifest.scaling().max(),
                                "metrics",
                                List.of(metric))));
    }

    private int port() {
        return manifest.port().orElse(PORT);
    }

    private String cpu() {
        return manifest.resources().cpuMillis() + "m";
    }

    private static String bytes(long count) {
        if (count % (1L << 30) == 0) {
            return (count >> 30) + "Gi";
        }
        return count % (1L << 20) == 0 ? (count >> 20) + "Mi" : Long.toString(count);
    }

    private Map<String, Object> metadata(String object) {
        return ordered("name", object, "namespace", name.value());
    }

    private Map<String, Object> labels(String process) {
        return ordered("app.kubernetes.io/name", name.value(), "app.kubernetes.io/component", process);
    }

    private static Map<String, Object> object(
            String version, String kind, Map<String, Object> metadata, Map<String, ?> content) {
        Map<String, Object> object = ordered("apiVersion", version, "kind", kind, "metadata", metadata);
        object.putAll(content);
        return object;
    }

    /** @param pairs names and values by turns */
    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int at = 0; at < pairs.length; at += 2) {
            map.put(pairs[at].toString(), pairs[at + 1]);
        }
        return map;
    }
}
