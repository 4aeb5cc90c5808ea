package im.backend.orchestrator.kubernetes.label;

import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Workload;
import io.kubernetes.client.common.KubernetesObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Labels by which an object on the cluster tells whose it is; the same on a Deployment or CronJob, its pods, and one-off Jobs. */
public record WorkloadLabels(Workload.Key key, ReleaseName release) {
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String PLATFORM = "backendim";
    static final String PROCESS = "app.kubernetes.io/component";
    static final String PROJECT = "backend.im/project";
    static final String COMMIT = "backend.im/commit";
    public static final String DEPLOYMENT = "backend.im/deployment";
    static final String ORDINAL = "backend.im/ordinal";

    /** No process but a scheduled command has a full stop in its name. */
    private static final String OPEN = "p.";

    private static final String CLOSE = ".p";
    private static final Pattern PLAIN = Pattern.compile("(cron\\.)?[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?");

    static WorkloadLabels of(Workload workload) {
        return new WorkloadLabels(workload.key(), workload.release());
    }

    /** Empty for what is not one of the platform's workloads. */
    public static Optional<WorkloadLabels> of(KubernetesObject object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        if (labels == null
                || !PLATFORM.equals(labels.get(MANAGED_BY))
                || !labels.containsKey(PROCESS)
                || !labels.containsKey(DEPLOYMENT)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new WorkloadLabels(
                    new Workload.Key(
                            new DeploymentId(UUID.fromString(labels.getOrDefault(DEPLOYMENT, ""))),
                            process(labels.getOrDefault(PROCESS, "")),
                            Integer.parseInt(labels.getOrDefault(ORDINAL, "0"))),
                    new ReleaseName(
                            new ProjectId(labels.getOrDefault(PROJECT, "")),
                            new CommitHash(labels.getOrDefault(COMMIT, "")))));
        } catch (IllegalArgumentException | im.backend.problem.ProblemException notOurs) {
            // Somebody has written labels like ours: no reason to fail over all others.
            return Optional.empty();
        }
    }

    /** A label begins and ends with a letter or digit; a process of a Procfile need not. */
    private static String label(String process) {
        return PLAIN.matcher(process).matches() ? process : OPEN + process + CLOSE;
    }

    private static String process(String label) {
        return label.startsWith(OPEN) && label.endsWith(CLOSE)
                ? label.substring(OPEN.length(), label.length() - CLOSE.length())
                : label;
    }

    Map<String, String> asMap() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(MANAGED_BY, PLATFORM);
        labels.put(PROJECT, release.project().value());
        labels.put(COMMIT, release.commit().value());
        labels.put(PROCESS, label(key.process()));
        labels.put(DEPLOYMENT, key.deployment().toString());
        labels.put(ORDINAL, Integer.toString(key.ordinal()));
        return labels;
    }
}
