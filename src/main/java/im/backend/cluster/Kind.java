package im.backend.cluster;

import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.custom.PodMetrics;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LimitRange;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1PersistentVolume;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1ReplicaSet;
import io.kubernetes.client.openapi.models.V1ResourceQuota;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StorageClass;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;

/**
 * A kind of object and where the API server keeps it. Two are the same when group, version and plural are.
 *
 * @param group empty for the core
 * @param name as in {@code kind:}
 * @param plural as in a path
 */
public record Kind<T extends KubernetesObject>(
        Class<T> type, String group, String version, String name, String plural, Reach reach) {

    /** Whether objects of the kind live in a namespace. */
    public enum Reach {
        CLUSTER,
        NAMESPACE
    }

    public static final Kind<V1Namespace> NAMESPACE = ofCluster(V1Namespace.class, "", "Namespace", "namespaces");
    public static final Kind<V1Node> NODE = ofCluster(V1Node.class, "", "Node", "nodes");
    public static final Kind<V1PersistentVolume> PERSISTENT_VOLUME =
            ofCluster(V1PersistentVolume.class, "", "PersistentVolume", "persistentvolumes");
    public static final Kind<V1StorageClass> STORAGE_CLASS =
            ofCluster(V1StorageClass.class, "storage.k8s.io", "StorageClass", "storageclasses");

    public static final Kind<V1PersistentVolumeClaim> PERSISTENT_VOLUME_CLAIM =
            of(V1PersistentVolumeClaim.class, "", "PersistentVolumeClaim", "persistentvolumeclaims");
    public static final Kind<V1Pod> POD = of(V1Pod.class, "", "Pod", "pods");
    public static final Kind<V1Service> SERVICE = of(V1Service.class, "", "Service", "services");
    public static final Kind<V1Secret> SECRET = of(V1Secret.class, "", "Secret", "secrets");
    public static final Kind<V1ConfigMap> CONFIG_MAP = of(V1ConfigMap.class, "", "ConfigMap", "configmaps");
    public static final Kind<CoreV1Event> EVENT = of(CoreV1Event.class, "", "Event", "events");
    public static final Kind<V1ServiceAccount> SERVICE_ACCOUNT =
            of(V1ServiceAccount.class, "", "ServiceAccount", "serviceaccounts");
    public static final Kind<V1ResourceQuota> RESOURCE_QUOTA =
            of(V1ResourceQuota.class, "", "ResourceQuota", "resourcequotas");
    public static final Kind<V1LimitRange> LIMIT_RANGE = of(V1LimitRange.class, "", "LimitRange", "limitranges");

    public static final Kind<V1Deployment> DEPLOYMENT = of(V1Deployment.class, "apps", "Deployment", "deployments");
    public static final Kind<V1ReplicaSet> REPLICA_SET = of(V1ReplicaSet.class, "apps", "ReplicaSet", "replicasets");
    public static final Kind<V1Job> JOB = of(V1Job.class, "batch", "Job", "jobs");
    public static final Kind<V1CronJob> CRON_JOB = of(V1CronJob.class, "batch", "CronJob", "cronjobs");
    public static final Kind<V1Ingress> INGRESS = of(V1Ingress.class, "networking.k8s.io", "Ingress", "ingresses");
    public static final Kind<V1NetworkPolicy> NETWORK_POLICY =
            of(V1NetworkPolicy.class, "networking.k8s.io", "NetworkPolicy", "networkpolicies");
    public static final Kind<V1PodDisruptionBudget> DISRUPTION_BUDGET =
            of(V1PodDisruptionBudget.class, "policy", "PodDisruptionBudget", "poddisruptionbudgets");
    public static final Kind<V1Lease> LEASE = of(V1Lease.class, "coordination.k8s.io", "Lease", "leases");
    public static final Kind<V2HorizontalPodAutoscaler> AUTOSCALER = new Kind<>(
            V2HorizontalPodAutoscaler.class,
            "autoscaling",
            "v2",
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            Reach.NAMESPACE);

    /** There only where metrics-server is; a list of it is refused with {@code cluster-absent} elsewhere. */
    public static final Kind<PodMetrics> POD_METRICS =
            new Kind<>(PodMetrics.class, "metrics.k8s.io", "v1beta1", "PodMetrics", "pods", Reach.NAMESPACE);

    /** As in {@code apiVersion:}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Path of all objects of the kind in a namespace, or of the whole cluster when it is empty. */
    String path(String namespace) {
        String root = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
        return namespace.isEmpty() ? root + "/" + plural : root + "/namespaces/" + namespace + "/" + plural;
    }

    String path(Address address) {
        if (address.namespace().isEmpty() != (reach == Reach.CLUSTER)) {
            throw new IllegalArgumentException(name + " " + address + " (expected: reach " + reach + ")");
        }
        return path(address.namespace()) + "/" + address.name();
    }

    private static <T extends KubernetesObject> Kind<T> of(Class<T> type, String group, String name, String plural) {
        return new Kind<>(type, group, "v1", name, plural, Reach.NAMESPACE);
    }

    private static <T extends KubernetesObject> Kind<T> ofCluster(
            Class<T> type, String group, String name, String plural) {
        return new Kind<>(type, group, "v1", name, plural, Reach.CLUSTER);
    }
}
