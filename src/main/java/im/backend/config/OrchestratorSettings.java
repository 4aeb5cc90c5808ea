package im.backend.config;

import im.backend.config.ServerConfig.OrchestratorKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The part of {@link Settings} that says where apps run, and on which cluster. */
final class OrchestratorSettings {
    static final Setting<OrchestratorKind> ORCHESTRATOR = new Setting<>(
            "orchestrator",
            Kind.ORCHESTRATOR,
            "auto",
            "Where apps run: `local` on this host, `kubernetes` on a cluster, `auto` on the cluster of"
                    + " `kubernetes.kubeconfig` or of the K3s on this machine when it answers, else here. A kubeconfig in"
                    + " a home folder is never taken by itself.");
    static final Setting<Optional<Path>> KUBECONFIG = new Setting<>(
            "kubernetes.kubeconfig",
            Kind.orNothing(Kind.PATH),
            "",
            "How to reach the cluster. Default: `/etc/rancher/k3s/k3s.yaml`, which K3s writes.");
    static final Setting<Optional<String>> CONTEXT = new Setting<>(
            "kubernetes.context",
            Kind.orNothing(Kind.CONTEXT),
            "",
            "Context of the kubeconfig; its current one when not set.");
    static final Setting<Optional<String>> REGISTRY = new Setting<>(
            "kubernetes.registry",
            Kind.orNothing(Kind.HOST_AND_PORT),
            "",
            "Where the nodes reach this server's registry. Default: `127.0.0.1` with `server.port`, which is right when"
                    + " this machine is the only node. With `registry.url` set the nodes pull from there.");
    static final Setting<Optional<String>> STORAGE_CLASS = new Setting<>(
            "kubernetes.storage-class",
            Kind.orNothing(Kind.OBJECT),
            "",
            "Of new volumes. Default: the cluster's default class; without one, a folder of this machine, which must"
                    + " be the only node then.");
    static final Setting<String> INGRESS_CLASS = new Setting<>(
            "kubernetes.ingress-class", Kind.OBJECT, "traefik", "The ingress controller that serves the apps' hosts.");
    static final Setting<String> INGRESS_NAMESPACE = new Setting<>(
            "kubernetes.ingress-namespace",
            Kind.OBJECT,
            "kube-system",
            "Where that controller runs: nobody else in the cluster may reach the apps.");
    static final Setting<ServerConfig.BuildPlace> BUILD_PLACE = new Setting<>(
            "kubernetes.builds",
            Kind.BUILD_PLACE,
            "pods",
            "Where builds for a cluster run: in `pods` of the base image, or on this `host`, which must be like it.");
    static final Setting<Optional<String>> CLUSTER_ISSUER = new Setting<>(
            "kubernetes.cluster-issuer",
            Kind.orNothing(Kind.OBJECT),
            "",
            "ClusterIssuer of cert-manager that gives the apps' hosts their certificates; plain HTTP when not set.");
    static final Setting<Optional<String>> LEASE = new Setting<>(
            "kubernetes.lease",
            Kind.orNothing(Kind.PLACED),
            "",
            "The Lease, as `kube-system/backendim`, by which one of several servers is chosen; the others stand by.");

    static final List<Setting<?>> ALL = List.of(
            ORCHESTRATOR,
            KUBECONFIG,
            CONTEXT,
            REGISTRY,
            STORAGE_CLASS,
            INGRESS_CLASS,
            INGRESS_NAMESPACE,
            BUILD_PLACE,
            CLUSTER_ISSUER,
            LEASE);

    private OrchestratorSettings() {}
}
