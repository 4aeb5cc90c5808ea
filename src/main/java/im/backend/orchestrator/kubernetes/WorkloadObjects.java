package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Kind;
import im.backend.domain.AppManifest.Scaling;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1CronJobSpec;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1DeploymentStrategy;
import io.kubernetes.client.openapi.models.V1JobSpec;
import io.kubernetes.client.openapi.models.V1JobTemplateSpec;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1Lifecycle;
import io.kubernetes.client.openapi.models.V1LifecycleHandler;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudgetSpec;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1RollingUpdateDeployment;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1SleepAction;
import io.kubernetes.client.openapi.models.V1TopologySpreadConstraint;
import io.kubernetes.client.openapi.models.V2CrossVersionObjectReference;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscalerSpec;
import io.kubernetes.client.openapi.models.V2MetricSpec;
import io.kubernetes.client.openapi.models.V2MetricTarget;
import io.kubernetes.client.openapi.models.V2ResourceMetricSource;
import java.util.List;
import java.util.Optional;

/** What keeps one process of a release running. All of one key have one name, which nothing else in the cluster has. */
final class WorkloadObjects {
    static final String PORT_NAME = "http";

    private static final int CPU_PERCENT = 80;
    /** Nothing of an old Deployment is needed: what was deployed before is one of its own. */
    private static final int REVISIONS = 1;

    /** Of those that came to a good end, and of those that did not: the last one tells how it went. */
    private static final int RUNS_KEPT = 1;
    /** Until the last node has heard that a pod is going, so that the others get its requests. */
    private static final long FAREWELL_SECONDS = 3;

    private final KubernetesSettings settings;
    private final Ownership ownership;
    private final AppPod pods;

    WorkloadObjects(KubernetesSettings settings, Ownership ownership) {
        this.settings = settings;
        this.ownership = ownership;
        this.pods = new AppPod(settings);
    }

    V1Secret environment(Workload workload) {
        return new V1Secret().metadata(metadata(workload)).type("Opaque").data(new AppEnvironment(workload).data());
    }

    V1Deployment deployment(Workload workload) {
        Scaling scaling = workload.terms().scaling();
        V1DeploymentSpec spec = new V1DeploymentSpec()
                .revisionHistoryLimit(REVISIONS)
                .strategy(strategy(workload))
                .selector(new V1LabelSelector().matchLabels(Ownership.selector(workload.key())))
                .template(template(workload, pod(workload)));
        if (!scales(scaling)) {
            // Otherwise the number is the autoscaler's, and to say it again would undo what it did.
            spec.replicas(scaling.min());
        }
        return new V1Deployment().metadata(metadata(workload)).spec(spec);
    }

    /** Empty for a process without traffic. */
    Optional<V1Service> service(Workload workload) {
        return AppEnvironment.port(workload)
                .map(port -> new V1Service()
                        .metadata(metadata(workload))
                        .spec(new V1ServiceSpec()
                                .type("ClusterIP")
                                .selector(Ownership.selector(workload.key()))
                                .ports(List.of(new V1ServicePort()
                                        .name(PORT_NAME)
                                        .port(port)
                                        .protocol("TCP")
                                        .targetPort(new IntOrString(PORT_NAME))))));
    }

    /** Empty where the number of replicas is fixed. */
    Optional<V2HorizontalPodAutoscaler> autoscaler(Workload workload) {
        Scaling scaling = workload.terms().scaling();
        if (!scales(scaling)) {
            return Optional.empty();
        }
        V2MetricSpec busy = new V2MetricSpec()
                .type("Resource")
                .resource(new V2ResourceMetricSource()
                        .name("cpu")
                        .target(new V2MetricTarget().type("Utilization").averageUtilization(CPU_PERCENT)));
        return Optional.of(new V2HorizontalPodAutoscaler()
                .metadata(metadata(workload))
                .spec(new V2HorizontalPodAutoscalerSpec()
                        .scaleTargetRef(new V2CrossVersionObjectReference()
                                .apiVersion(Kind.DEPLOYMENT.apiVersion())
                                .kind(Kind.DEPLOYMENT.name())
                                .name(InstanceName.of(workload.key()).value()))
                        .minReplicas(scaling.min())
                        .maxReplicas(scaling.max())
                        .metrics(List.of(busy))));
    }

    /** Empty for a single replica: it would keep its node from ever being emptied. */
    Optional<V1PodDisruptionBudget> disruptionBudget(Workload workload) {
        return workload.terms().scaling().min() < 2
                ? Optional.empty()
                : Optional.of(new V1PodDisruptionBudget()
                        .metadata(metadata(workload))
                        .spec(new V1PodDisruptionBudgetSpec()
                                .maxUnavailable(new IntOrString(1))
                                .selector(new V1LabelSelector().matchLabels(Ownership.selector(workload.key())))));
    }

    /** Of a pod that runs its command once, and keeps nothing. */
    V1PodTemplateSpec once(Workload workload) {
        return template(
                workload, pods.spec(workload, InstanceName.of(workload.key()).value()));
    }

    /** Its runs are one at a time, begin at their time or not at all, and are tried once. */
    V1CronJob cronJob(ScheduledWorkload command) {
        Workload workload = command.workload();
        V1PodTemplateSpec pod = once(workload);
        pod.getSpec().restartPolicy("Never");
        return new V1CronJob()
                .metadata(metadata(workload))
                .spec(new V1CronJobSpec()
                        .schedule(command.schedule().inNumbers())
                        .timeZone("Etc/UTC")
                        .suspend(false)
                        .concurrencyPolicy("Forbid")
                        .startingDeadlineSeconds(Schedules.LATE_MAX.toSeconds())
                        .successfulJobsHistoryLimit(RUNS_KEPT)
                        .failedJobsHistoryLimit(RUNS_KEPT)
                        .jobTemplate(new V1JobTemplateSpec()
                                .metadata(new V1ObjectMeta().labels(ownership.labels(workload)))
                                .spec(new V1JobSpec()
                                        .backoffLimit(0)
                                        .activeDeadlineSeconds(
                                                Math.max(1, command.timeout().toSeconds()))
                                        .template(pod))));
    }

    private V1PodTemplateSpec template(Workload workload, V1PodSpec pod) {
        return new V1PodTemplateSpec()
                .metadata(new V1ObjectMeta().labels(ownership.labels(workload)))
                .spec(pod);
    }

    private V1PodSpec pod(Workload workload) {
        V1PodSpec pod = pods.spec(workload, InstanceName.of(workload.key()).value())
                .topologySpreadConstraints(List.of(new V1TopologySpreadConstraint()
                        .maxSkew(1)
                        .topologyKey("kubernetes.io/hostname")
                        .whenUnsatisfiable("ScheduleAnyway")
                        .labelSelector(new V1LabelSelector().matchLabels(Ownership.selector(workload.key())))));
        if (workload.terms().scaling().max() > 1) {
            pod.terminationGracePeriodSeconds(settings.stopGrace().toSeconds() + FAREWELL_SECONDS);
            pod.getContainers()
                    .getFirst()
                    .lifecycle(new V1Lifecycle()
                            .preStop(new V1LifecycleHandler().sleep(new V1SleepAction().seconds(FAREWELL_SECONDS))));
        }
        return pod;
    }

    private static V1DeploymentStrategy strategy(Workload workload) {
        return switch (workload.terms().strategy()) {
            case RECREATE -> new V1DeploymentStrategy().type("Recreate");
            case BLUE_GREEN ->
                new V1DeploymentStrategy()
                        .type("RollingUpdate")
                        .rollingUpdate(new V1RollingUpdateDeployment()
                                .maxUnavailable(new IntOrString(0))
                                .maxSurge(new IntOrString(1)));
        };
    }

    private static boolean scales(Scaling scaling) {
        return scaling.max() > scaling.min();
    }

    private V1ObjectMeta metadata(Workload workload) {
        return new V1ObjectMeta()
                .namespace(workload.release().toString())
                .name(InstanceName.of(workload.key()).value())
                .labels(ownership.labels(workload));
    }
}
