package im.backend.orchestrator.kubernetes.label;

import im.backend.cluster.Selection;
import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is written on every object of ours, and read before one is taken over or deleted: an object without this server's
 * uid is somebody else's, whatever its name.
 *
 * @param owner uid of this installation
 */
public record Ownership(String owner) {
    public static final String OWNER = "backend.im/owner";
    /** The same on all objects of one key, and on nothing else. */
    public static final String INSTANCE = "backend.im/instance";
    /** As backend.yml names it. */
    public static final String VOLUME = "backend.im/volume";

    private static final String NAME = "app.kubernetes.io/name";
    private static final String VERSION = "app.kubernetes.io/version";

    /** Of an object that belongs to a project as a whole. */
    public Map<String, String> labels(ProjectId project) {
        Map<String, String> labels = new HashMap<>();
        labels.put(OWNER, owner);
        labels.put(WorkloadLabels.PROJECT, project.value());
        labels.put(NAME, project.value());
        labels.put(WorkloadLabels.MANAGED_BY, WorkloadLabels.PLATFORM);
        return labels;
    }

    public Map<String, String> labels(ReleaseName release) {
        Map<String, String> labels = labels(release.project());
        labels.put(WorkloadLabels.COMMIT, release.commit().value());
        labels.put(VERSION, release.commit().shortForm());
        return labels;
    }

    public Map<String, String> labels(Workload workload) {
        Map<String, String> labels = labels(workload.release());
        labels.putAll(WorkloadLabels.of(workload).asMap());
        labels.put(INSTANCE, InstanceName.of(workload.key()).value());
        return labels;
    }

    /** Selects the pods of one key: the fewest labels that no other pod has together. */
    public static Map<String, String> selector(Workload.Key key) {
        return Map.of(INSTANCE, InstanceName.of(key).value());
    }

    /** Selects all objects of a project, wherever they are. */
    public Selection of(ProjectId project) {
        return Selection.everywhere().labelled(OWNER, owner).labelled(WorkloadLabels.PROJECT, project.value());
    }

    public boolean owns(V1ObjectMeta metadata) {
        return owner.equals(label(metadata, OWNER).orElse(""));
    }

    /** Fails with Conflict {@code cluster-foreign} when it is not ours. */
    public void require(String what, V1ObjectMeta metadata) {
        if (!owns(metadata)) {
            throw new Problem.Conflict(
                            "cluster-foreign",
                            what + " is in the cluster and was not made by this server (label " + OWNER + ": "
                                    + label(metadata, OWNER).orElse("none") + ", expected: " + owner
                                    + "). It is left as it is; rename the project or remove it by hand.")
                    .asException();
        }
    }

    public static Optional<ReleaseName> release(V1ObjectMeta metadata) {
        return label(metadata, WorkloadLabels.PROJECT)
                .flatMap(project -> label(metadata, WorkloadLabels.COMMIT)
                        .map(commit -> new ReleaseName(new ProjectId(project), new CommitHash(commit))));
    }

    public static Optional<String> label(V1ObjectMeta metadata, String name) {
        return Optional.ofNullable(metadata.getLabels()).map(labels -> labels.get(name));
    }
}
