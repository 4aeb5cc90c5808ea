package im.backend.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of one server, checked and with defaults filled in. {@link Settings} says what each means; Wiring hands
 * every technology its own part.
 *
 * @param data the one folder that holds everything that must survive
 */
public record ServerConfig(
        Path data,
        Listener server,
        Apps apps,
        Deploy deploy,
        Build build,
        Images images,
        Scan scan,
        Limits limits,
        State state,
        OrchestratorKind orchestrator,
        Local local,
        Kubernetes kubernetes,
        Keys keys,
        Registry registry,
        LogLevel logLevel) {

    /** @param port 0 takes any free one */
    public record Listener(String host, int port, Duration shutdownMax) {}

    /**
     * @param port 0 takes any free one
     * @param publicPort as people reach it, when a port forward or proxy stands before; 0 means {@code port}
     */
    public record Apps(String host, int port, String domain, int publicPort) {}

    public record Deploy(
            int concurrency,
            int queueMax,
            int keepReleases,
            Duration timeMax,
            Duration stopGrace,
            Duration repairEvery) {}

    /** @param environment names, or beginnings of names that end in {@code *}, that a build sees of the server's own */
    public record Build(Duration timeMax, long memoryMaxBytes, int processesMax, List<String> environment) {
        public Build {
            environment = List.copyOf(environment);
        }
    }

    /**
     * @param bases by runtime
     * @param allowed further names; {@code *} stands for any ending
     * @param mirrors by the host of references
     */
    public record Images(
            OnBase use,
            Map<String, String> bases,
            List<String> allowed,
            Map<String, URI> mirrors,
            long imageMaxBytes,
            Push push) {
        public Images {
            bases = Map.copyOf(bases);
            allowed = List.copyOf(allowed);
            mirrors = Map.copyOf(mirrors);
        }
    }

    /** Whether images are made on a base. */
    public enum OnBase {
        /** When it is here. */
        AUTO,
        ALWAYS,
        NEVER
    }

    /** A registry that images are sent to as well; without a url there is none. */
    public record Push(Optional<URI> url, Optional<String> username, Optional<Path> passwordFile) {}

    /**
     * @param sources folders, archives and addresses
     * @param refresh age of a download at which its address is asked again
     * @param ignore reasons by the id of a fault
     */
    public record Scan(
            ScanTool tool, List<String> sources, Duration refresh, ScanBlock block, Map<String, String> ignore) {
        public Scan {
            sources = List.copyOf(sources);
            ignore = Map.copyOf(ignore);
        }
    }

    /** What scans. */
    public enum ScanTool {
        /** Trivy where it is installed. */
        AUTO,
        BUILTIN,
        TRIVY
    }

    /** From which severity on a finding ends a deployment. */
    public enum ScanBlock {
        NONE,
        LOW,
        MEDIUM,
        HIGH,
        CRITICAL
    }

    public record Limits(
            int deploysPerMinute,
            int requestsPerMinute,
            int gitRequestsPerMinute,
            int loginsPerMinute,
            long uploadMaxBytes,
            long uploadExpandedMaxBytes,
            int uploadFilesMax,
            long freeSpaceMinBytes,
            int connections,
            int connectionsPerAddress,
            int requestsAtOnce,
            int socketsPerUser) {}

    /**
     * Where the state is kept.
     *
     * @param url of a PostgreSQL server; absent means the embedded database
     */
    public record State(Optional<String> url, Optional<String> user, Optional<Path> passwordFile) {}

    /** Where apps run. */
    public enum OrchestratorKind {
        /** On Kubernetes where {@link Kubernetes#kubeconfig} is set, or K3s is on this machine, and it answers. */
        AUTO,
        LOCAL,
        KUBERNETES
    }

    /**
     * The cluster that apps run on, when they do.
     *
     * @param context of the kubeconfig; absent means its current one
     * @param registry host and port at which the nodes reach this server's registry; absent means this machine's loopback
     * @param storageClass absent means the cluster's default one
     * @param issuer a ClusterIssuer of cert-manager; absent means plain HTTP
     * @param lease as {@code namespace/name}; absent means that this server is the only one
     */
    public record Kubernetes(
            Optional<Path> kubeconfig,
            Optional<String> context,
            Optional<String> registry,
            Optional<String> storageClass,
            String ingressClass,
            String ingressNamespace,
            Optional<String> issuer,
            BuildPlace builds,
            Optional<String> lease) {}

    /** Where builds for a cluster run. */
    public enum BuildPlace {
        PODS,
        HOST
    }

    public record Local(int uidBase, int portMin, int portMax, Use sandbox, Use controlGroups) {}

    /** Whether something of the host is used. */
    public enum Use {
        /** Where it works. */
        AUTO,
        /** The server does not start without it. */
        REQUIRED,
        NEVER
    }

    /** @param masterKeyFile absent means {@code keys/master.key} in the data folder, made at first start */
    public record Keys(Optional<Path> masterKeyFile, Duration tokenTtl) {}

    /**
     * @param gcGrace for which nothing is collected that was written or used
     * @param pageMax entries of one list
     * @param s3 that keeps the blobs; empty where the data folder does
     */
    public record Registry(
            RegistryAuth auth,
            long blobMaxBytes,
            long manifestMaxBytes,
            long quotaBytes,
            int uploadsMax,
            Duration uploadTtl,
            Duration gcGrace,
            int pageMax,
            Optional<S3> s3) {}

    /** A store of objects. */
    public record S3(
            URI endpoint,
            String region,
            String bucket,
            Optional<String> prefix,
            String accessKey,
            Path secretKeyFile,
            S3Addressing addressing,
            long cacheMaxBytes) {}

    /** Where a request names its bucket. */
    public enum S3Addressing {
        PATH,
        VIRTUAL_HOST
    }

    public enum RegistryAuth {
        TOKEN,
        /** Whoever reaches the listener is the administrator of the registry. */
        NONE
    }

    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }
}
