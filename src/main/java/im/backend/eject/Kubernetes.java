package im.backend.eject;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Objects of Kubernetes that give an app what it has here: its own namespace, storage, probes, limits and no rights. */
record Kubernetes(ProjectName name, StartPlan start, AppManifest manifest) {
    private static final int CPU_PERCENT = 80;
    private static final String SEPARATOR = "---\n";

    String text() {
        StringBuilder text = new StringBuilder("""
            # Written by `backendim eject`. Replace the image, the host and the secrets' values, then:
            #   kubectl apply -f kubernetes.yaml
            """);
        objects().forEach(object -> text.append(SEPARATOR).append(YamlText.document(object)));
        return text.toString();
    }

    private List<Fields> objects() {
        List<Fields> objects = new ArrayList<>();
        objects.add(header("v1", "Namespace", Fields.of("name", name.value())));
        if (!secrets().isEmpty()) {
            objects.add(secret());
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
        return objects;
    }

    /** How it is started, only the image knows. */
    private boolean isOwnImage() {
        return start.runtime().language() == Language.DOCKERFILE;
    }

    private SortedSet<String> secrets() {
        SortedSet<String> names = new TreeSet<>();
        manifest.env().values().forEach(value -> {
            if (value instanceof EnvValue.Secret(var secret)) {
                names.add(secret.value());
            }
        });
        return names;
    }

    private Fields secret() {
        Fields values = new Fields();
        secrets().forEach(secret -> values.with(secret, "CHANGE-ME"));
        return header("v1", "Secret", metadata(name + "-secrets")).with("stringData", values);
    }

    private Fields claim(VolumeClaim volume) {
        Fields size = Fields.of("storage", Words.bytes(volume.sizeBytes()));
        Fields spec = new Fields()
                .with("accessModes", List.of(volume.shared() ? "ReadWriteMany" : "ReadWriteOnce"))
                .with("resources", Fields.of("requests", size));
        return object("v1", "PersistentVolumeClaim", name + "-" + volume.name(), spec);
    }

    /** A Job runs once: it is deleted before the next release is applied. */
    private Fields releaseJob(Command command) {
        Fields spec = new Fields().with("backoffLimit", 0).with("template", pods().release(command));
        return object("batch/v1", "Job", name + "-release", spec);
    }

    /** One run at a time, each tried once. */
    private Fields cronJob(CronEntry entry) {
        // No process has a full stop in its name, so that no Deployment takes its pods for its own.
        Fields job = new Fields()
                .with("backoffLimit", 0)
                .with("activeDeadlineSeconds", Math.max(1, entry.timeout().toSeconds()))
                .with("template", pods().cron("cron." + entry.name(), entry.command()));
        Fields spec = new Fields()
                .with("schedule", entry.schedule().inNumbers())
                .with("timeZone", "Etc/UTC")
                .with("concurrencyPolicy", "Forbid")
                .with("jobTemplate", Fields.of("spec", job));
        return object("batch/v1", "CronJob", name + "-cron-" + entry.name(), spec);
    }

    private Fields deployment(String process) {
        boolean web = process.equals(StartPlan.WEB);
        // The image's own CMD is the web process.
        Optional<Command> command =
                web ? Optional.empty() : Optional.ofNullable(start.processes().get(process));
        Fields spec = new Fields()
                .with("replicas", web ? manifest.scaling().min() : 1)
                .with("strategy", strategy())
                .with("selector", Fields.of("matchLabels", pods().labels(process)))
                .with("template", pods().staying(process, command));
        return object("apps/v1", "Deployment", web ? name.value() : name + "-" + process, spec);
    }

    private Fields strategy() {
        return manifest.strategy() == AppManifest.Strategy.RECREATE
                ? Fields.of("type", "Recreate")
                : Fields.of("type", "RollingUpdate")
                        .with("rollingUpdate", Fields.of("maxUnavailable", 0).with("maxSurge", 1));
    }

    private Fields service() {
        Fields port = new Fields().with("name", "http").with("port", 80).with("targetPort", "http");
        Fields spec =
                new Fields().with("selector", pods().labels(StartPlan.WEB)).with("ports", List.of(port));
        return object("v1", "Service", name.value(), spec);
    }

    private Fields ingress() {
        Fields service = Fields.of("name", name.value()).with("port", Fields.of("name", "http"));
        Fields path = new Fields()
                .with("path", "/")
                .with("pathType", "Prefix")
                .with("backend", Fields.of("service", service));
        Fields rule = new Fields().with("host", name + ".example.com").with("http", Fields.of("paths", List.of(path)));
        return object("networking.k8s.io/v1", "Ingress", name.value(), Fields.of("rules", List.of(rule)));
    }

    private Fields autoscaler() {
        Fields target = new Fields()
                .with("apiVersion", "apps/v1")
                .with("kind", "Deployment")
                .with("name", name.value());
        Fields use = Fields.of("type", "Utilization").with("averageUtilization", CPU_PERCENT);
        Fields metric = new Fields()
                .with("type", "Resource")
                .with("resource", Fields.of("name", "cpu").with("target", use));
        Fields spec = new Fields()
                .with("scaleTargetRef", target)
                .with("minReplicas", manifest.scaling().min())
                .with("maxReplicas", manifest.scaling().max())
                .with("metrics", List.of(metric));
        return object("autoscaling/v2", "HorizontalPodAutoscaler", name.value(), spec);
    }

    private Pods pods() {
        return new Pods(name, manifest);
    }

    private Fields metadata(String object) {
        return Fields.of("name", object).with("namespace", name.value());
    }

    private Fields object(String version, String kind, String called, Fields spec) {
        return header(version, kind, metadata(called)).with("spec", spec);
    }

    private static Fields header(String version, String kind, Fields metadata) {
        return new Fields().with("apiVersion", version).with("kind", kind).with("metadata", metadata);
    }
}
