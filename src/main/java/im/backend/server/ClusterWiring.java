package im.backend.server;

import static java.lang.System.Logger.Level.INFO;

import im.backend.build.BuildSandbox;
import im.backend.build.ImageBases;
import im.backend.build.pod.PodSandbox;
import im.backend.build.pod.PodSandboxSettings;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.config.ServerConfig;
import im.backend.deploy.ports.AppsAddress;
import im.backend.deploy.ports.Ports;
import im.backend.domain.SecretValue;
import im.backend.file.PrivateFile;
import im.backend.orchestrator.kubernetes.KubernetesLogs;
import im.backend.orchestrator.kubernetes.KubernetesOneOff;
import im.backend.orchestrator.kubernetes.KubernetesOrchestrator;
import im.backend.orchestrator.kubernetes.KubernetesSettings;
import im.backend.orchestrator.kubernetes.KubernetesStorage;
import im.backend.orchestrator.log.LogFolder;
import im.backend.problem.Problem;
import im.backend.registry.RepositoryName;
import im.backend.route.ingress.IngressRouter;
import im.backend.route.ingress.IngressSettings;
import im.backend.wire.server.ServerBody;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The part of {@link Wiring} that is about a cluster. A server that runs apps on its host never loads what it names. */
final class ClusterWiring {
    private static final System.Logger LOG = System.getLogger(ClusterWiring.class.getName());
    private static final Path K3S = Path.of("/etc/rancher/k3s/k3s.yaml");
    private static final Duration NAMESPACE_GONE_MAX = Duration.ofSeconds(120);
    private static final int HTTP_PORT = 80;

    private final ServerConfig config;
    private final DataFolder data;
    private final Clock clock;
    private final Closing closing;
    private final Cluster cluster;
    private final String version;
    private final String owner;
    private final KubernetesOrchestrator orchestrator;

    private ClusterWiring(
            ServerConfig config, DataFolder data, Clock clock, Closing closing, Cluster cluster, String version) {
        this.config = config;
        this.data = data;
        this.clock = clock;
        this.closing = closing;
        this.cluster = cluster;
        this.version = version;
        this.owner = kept("cluster.uid");
        this.orchestrator = new KubernetesOrchestrator(cluster, kubernetes());
    }

    /** Empty when apps run on this host. Fails when the settings insist on a cluster and it can not be reached. */
    static Optional<ClusterWiring> choose(ServerConfig config, DataFolder data, Clock clock, Closing closing) {
        Optional<Path> kubeconfig = kubeconfig(config);
        return switch (config.orchestrator()) {
            case LOCAL -> Optional.empty();
            case KUBERNETES ->
                Optional.of(open(config, data, clock, closing, kubeconfig.orElseThrow(ClusterWiring::unknown)));
            case AUTO ->
                kubeconfig.filter(file -> answers(config, file)).map(file -> open(config, data, clock, closing, file));
        };
    }

    private static ClusterWiring open(
            ServerConfig config, DataFolder data, Clock clock, Closing closing, Path kubeconfig) {
        Cluster cluster = Cluster.open(settings(config, kubeconfig));
        closing.add("cluster", cluster);
        String version = cluster.version();
        LOG.log(INFO, "apps run on Kubernetes {0} ({1})", version, kubeconfig);
        return new ClusterWiring(config, data, clock, closing, cluster, version);
    }

    private static boolean answers(ServerConfig config, Path kubeconfig) {
        try (Cluster cluster = Cluster.open(settings(config, kubeconfig))) {
            boolean ready = cluster.isReady();
            if (!ready) {
                LOG.log(INFO, "the cluster of {0} does not answer: apps run on this host", kubeconfig);
            }
            return ready;
        }
    }

    /** Of the cluster whose Lease is asked for; fails when there is none. */
    static ClusterSettings settings(ServerConfig config) {
        return settings(config, kubeconfig(config).orElseThrow(ClusterWiring::unknown));
    }

    private static Optional<Path> kubeconfig(ServerConfig config) {
        return config.kubernetes().kubeconfig().or(() -> Optional.of(K3S).filter(Files::isReadable));
    }

    private static ClusterSettings settings(ServerConfig config, Path kubeconfig) {
        ClusterSettings settings = ClusterSettings.of(kubeconfig);
        return config.kubernetes().context().map(settings::withContext).orElse(settings);
    }

    private static RuntimeException unknown() {
        return new Problem.Invalid(
                        "config-invalid",
                        "orchestrator: kubernetes without a kubeconfig (expected: kubernetes.kubeconfig, or " + K3S
                                + ", which K3s writes and this server's user must be allowed to read).")
                .asException();
    }

    Ports.Hosting hosting() {
        KubernetesSettings settings = kubernetes();
        LogFolder folder = new LogFolder(data.resolve("logs"));
        KubernetesLogs logs = new KubernetesLogs(cluster, settings, folder, clock);
        logs.start();
        closing.add("app logs", logs);
        return new Ports.Hosting(
                orchestrator,
                new KubernetesOneOff(cluster, settings),
                orchestrator.schedules(clock),
                logs,
                new KubernetesStorage(cluster, settings, folder));
    }

    /** Deletions are heard of at once; everything else is found by the next round. */
    void watchDrift(Runnable listener) {
        closing.add("watch for drift", orchestrator.watchDrift(listener));
    }

    AppsFront front() {
        ServerConfig.Kubernetes kubernetes = config.kubernetes();
        IngressSettings settings =
                new IngressSettings(owner, kubernetes.ingressClass(), kubernetes.issuer(), IngressSettings.SETTLE);
        return new AppsFront(new IngressRouter(settings, cluster), address(), () -> 0);
    }

    private AppsAddress address() {
        ServerConfig.Apps apps = config.apps();
        if (config.kubernetes().issuer().isPresent()) {
            return AppsAddress.certified(apps.domain(), apps.publicPort());
        }
        return AppsAddress.plain(apps.domain(), apps.publicPort() == 0 ? HTTP_PORT : apps.publicPort());
    }

    /**
     * Where builds run: in pods, unless the settings say this host.
     *
     * @param host the sandbox of this host; builds Dockerfiles in any case
     * @param passed what builds see of the server's environment
     */
    BuildSandbox sandbox(BuildSandbox host, ImageBases images, Map<String, String> passed) {
        return switch (config.kubernetes().builds()) {
            case HOST -> host;
            case PODS -> pods(host, images, passed);
        };
    }

    /** Base images are in the registry of this server, wherever finished ones are sent. */
    private PodSandbox pods(BuildSandbox host, ImageBases images, Map<String, String> passed) {
        PodSandboxSettings.PodLimits limits = new PodSandboxSettings.PodLimits(
                config.build().memoryMaxBytes(),
                PodSandboxSettings.PodLimits.DEFAULT.diskBytes(),
                config.build().timeMax(),
                PodSandboxSettings.PodLimits.DEFAULT.startMax(),
                config.deploy().concurrency());
        String registry = ownRegistry();
        PodSandboxSettings settings = new PodSandboxSettings(
                data.resolve("cache"),
                PodSandboxSettings.NAMESPACE,
                owner,
                registry,
                pullKey().map(key -> new KubernetesSettings.PullLogin(registry, "nodes", key)),
                limits,
                passed,
                List.of());
        PodSandbox sandbox = new PodSandbox(settings, cluster, images, host, clock, new SecureRandom());
        sandbox.start();
        return sandbox;
    }

    /** What the nodes say to the registry of this server; empty where it asks nobody. */
    Optional<SecretValue> pullKey() {
        boolean asked = config.registry().auth() == ServerConfig.RegistryAuth.TOKEN;
        return asked ? Optional.of(new SecretValue(kept("pull.key"))) : Optional.empty();
    }

    ServerBody.Check check() {
        boolean ready = cluster.isReady();
        return new ServerBody.Check(
                "cluster",
                ready,
                ready ? "Kubernetes " + version : "Kubernetes " + version + " does not answer",
                ready ? "" : "See that its API server runs; apps that are up run on meanwhile");
    }

    private KubernetesSettings kubernetes() {
        ServerConfig.Kubernetes kubernetes = config.kubernetes();
        String registry = registry();
        return new KubernetesSettings(
                owner,
                (project, digest) -> registry + "/" + RepositoryName.of(project) + "@" + digest,
                login(),
                kubernetes.ingressNamespace(),
                new KubernetesSettings.StorageSettings(kubernetes.storageClass(), data.resolve("volumes")),
                config.deploy().stopGrace(),
                NAMESPACE_GONE_MAX);
    }

    /** As images' names begin: host, port and what is before the repository. */
    private String registry() {
        Optional<URI> external = config.images().push().url();
        return external.map(url -> url.getAuthority()
                        + Optional.ofNullable(url.getPath()).orElse("").replaceFirst("/+$", ""))
                .orElseGet(this::ownRegistry);
    }

    private String ownRegistry() {
        return config.kubernetes()
                .registry()
                .orElse("127.0.0.1:" + config.server().port());
    }

    private Optional<KubernetesSettings.PullLogin> login() {
        ServerConfig.Push push = config.images().push();
        String host = registry().replaceFirst("/.*", "");
        if (push.url().isEmpty()) {
            return pullKey().map(key -> new KubernetesSettings.PullLogin(host, "nodes", key));
        }
        return push.username()
                .flatMap(user -> push.passwordFile()
                        .map(file -> new KubernetesSettings.PullLogin(host, user, new SecretValue(password(file)))));
    }

    private static String password(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new Problem.Conflict(
                            "password-file-unreadable",
                            "registry.password-file: " + file
                                    + " can not be read (expected: a file with the password of"
                                    + " registry.username).")
                    .asException(unreadable);
        }
    }

    /** A random word that stays the same for as long as the data does. */
    private String kept(String name) {
        PrivateFile file = new PrivateFile(data.resolve("keys"), name);
        return file.read().orElseGet(() -> {
            String fresh = UUID.randomUUID().toString();
            file.write(fresh);
            return fresh;
        });
    }
}
