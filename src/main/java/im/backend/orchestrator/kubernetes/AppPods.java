package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;

/** Pods that run a workload's command once: the same image, variables, volumes, limits and profile as its instances have. */
final class AppPods {
    private final Cluster cluster;
    private final WorkloadObjects objects;

    AppPods(Cluster cluster, KubernetesSettings settings) {
        this.cluster = cluster;
        this.objects = new WorkloadObjects(settings, new Ownership(settings.owner()));
    }

    /** The Secret with its variables is there when this returns, under the workload's {@link InstanceName}. */
    V1PodTemplateSpec once(Workload workload) {
        cluster.apply(Kind.SECRET, objects.environment(workload));
        return objects.once(workload);
    }
}
