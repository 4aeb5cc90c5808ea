package im.backend.orchestrator.kubernetes;

import im.backend.orchestrator.Workload;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;

/**
 * The pod of a workload: image, command, environment, volumes, limits, the restricted profile. A Deployment and a one-off Job
 * of the same workload have the same one.
 */
interface PodBlueprint {
    /** Whether the pod answers requests, or runs its command once. */
    enum Purpose {
        SERVE,
        RUN_ONCE
    }

    /** What its environment refers to, as a Secret, is there when this returns. */
    V1PodTemplateSpec podOf(Workload workload, Purpose purpose);
}
