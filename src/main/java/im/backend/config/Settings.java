package im.backend.config;

import im.backend.config.ServerConfig.LogLevel;
import im.backend.config.ServerConfig.OnBase;
import im.backend.config.ServerConfig.RegistryAuth;
import im.backend.config.ServerConfig.ScanBlock;
import im.backend.config.ServerConfig.ScanTool;
import im.backend.config.ServerConfig.Use;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Every setting, in the order of docs/configuration.md, which a test holds equal to this table. */
public final class Settings {
    static final Setting<Path> DATA = of(
            "data",
            Kind.PATH,
            "",
            "The one folder that holds everything: database, git repositories, images, volumes, logs and keys."
                    + " Default: `$XDG_DATA_HOME/backendim`, else `~/.local/share/backendim`.");
    static final Setting<String> SERVER_HOST = of(
            "server.host",
            Kind.ADDRESS,
            "127.0.0.1",
            "Address of the platform's listener: API, git and this server's pages. The default is only reachable from"
                    + " this machine.");
    static final Setting<Integer> SERVER_PORT =
            of("server.port", Kind.count(0, 65_535), "8080", "Port of the platform's listener. 0 takes any free one.");
    static final Setting<Duration> SHUTDOWN_MAX = of(
            "server.shutdown-max",
            span(1, 600),
            "30s",
            "How long a stopping server waits for requests and deployments before it leaves them to the next start.");
    static final Setting<String> APPS_HOST =
            of("apps.host", Kind.ADDRESS, "127.0.0.1", "Address of the listener for the apps.");
    static final Setting<Integer> APPS_PORT =
            of("apps.port", Kind.count(0, 65_535), "8000", "Port of the listener for the apps. 0 takes any free one.");
    static final Setting<String> APPS_DOMAIN = of(
            "apps.domain",
            Kind.DOMAIN_NAME,
            "localhost",
            "Apps answer at `{name}.{domain}`. Point a wildcard DNS entry of your own domain at this machine.");
    static final Setting<Integer> APPS_PUBLIC_PORT = of(
            "apps.public-port",
            Kind.count(0, 65_535),
            "0",
            "Port shown in the apps' URLs, when a proxy or a port forward stands before this server; with 443"
                    + " they begin with `https://`. 0 means `apps.port`.");
    static final Setting<Integer> CONCURRENCY = of(
            "deploy.concurrency",
            Kind.count(1, 64),
            "4",
            "Deployments that run at once. Of one project it is never more than one.");
    static final Setting<Integer> QUEUE_MAX = of(
            "deploy.queue-max",
            Kind.count(1, 100_000),
            "1000",
            "Deployments that may wait. Further ones are refused with `busy`.");
    static final Setting<Integer> KEEP_RELEASES = of(
            "deploy.keep-releases",
            Kind.count(2, 1_000),
            "10",
            "Releases of each project that are kept for rollbacks, with their images.");
    static final Setting<Duration> DEPLOY_TIME_MAX =
            of("deploy.time-max", span(10, 7_200), "15m", "After which a deployment is given up, whatever it is at.");
    static final Setting<Duration> STOP_GRACE = of(
            "deploy.stop-grace",
            span(1, 300),
            "10s",
            "Time that an app has between the TERM signal and its end by force.");
    static final Setting<Duration> REPAIR_EVERY = of(
            "deploy.repair-every",
            span(0, 86_400),
            "60s",
            "How often what runs is compared with what shall run, and brought back where it differs; 0s for never.");
    static final Setting<Duration> BUILD_TIME_MAX =
            of("build.time-max", span(5, 7_200), "10m", "After which a build, its tests included, is ended.");
    static final Setting<Long> BUILD_MEMORY_MAX =
            of("build.memory-max", Kind.size(128, 1L << 20), "2Gi", "Memory of one build with all its processes.");
    static final Setting<Integer> BUILD_PROCESSES_MAX =
            of("build.processes-max", Kind.count(16, 100_000), "512", "Processes and threads of one build.");
    static final Setting<List<String>> BUILD_ENVIRONMENT = of(
            "build.environment",
            Kind.NAMES,
            "SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, PIP_*, UV_*,"
                    + " npm_config_*, NPM_CONFIG_*, GOPROXY, GOSUMDB, GONOSUMDB, GOPRIVATE, HTTP_PROXY, HTTPS_PROXY,"
                    + " NO_PROXY, http_proxy, https_proxy, no_proxy, MAVEN_*",
            "Variables of the server's own environment that builds see; everything else is hidden from them. Package"
                    + " mirrors and certificates are this machine's business.");
    static final Setting<OnBase> BASE_IMAGES = of(
            "build.base-images",
            Kind.BASES,
            "auto",
            "Whether images are made on a base image: `auto` when it is in the registry already, so that no deployment"
                    + " waits for a network; `always` pulls it when it is not; `never`.");
    static final Setting<Map<String, String>> BASE_TABLE = of(
            "build.bases",
            Kind.RUNTIME_IMAGES,
            "python=docker.io/library/python:{version}-slim, node=docker.io/library/node:{version}-slim,"
                    + " go=gcr.io/distroless/static-debian12:latest, java=docker.io/library/eclipse-temurin:{version}-jre,"
                    + " static=docker.io/library/eclipse-temurin:25-jre",
            "The base image of each runtime. `{version}` is the one that the build used; a row as `python:3.11=...` is"
                    + " for that version alone.");
    static final Setting<List<String>> BASE_ALLOW = of(
            "build.base-allow",
            Kind.IMAGE_NAMES,
            "docker.io/library/*, gcr.io/distroless/*",
            "Images that may be brought in as base images beside those of `build.bases`; others are refused with"
                    + " `image-denied`.");
    static final Setting<Map<String, URI>> BASE_MIRRORS = of(
            "build.base-mirrors",
            Kind.MIRRORS,
            "",
            "Registries that are asked instead of the one an image's name begins with, as"
                    + " `docker.io=http://10.0.0.5:5000`.");
    static final Setting<Long> IMAGE_MAX = of(
            "build.image-max",
            Kind.size(16, 1L << 20),
            "4Gi",
            "Size of one base image, packed and unpacked, and of an archive that is imported.");
    static final Setting<Optional<URI>> REGISTRY_URL = of(
            "registry.url",
            Kind.orNothing(Kind.WEB_ADDRESS),
            "",
            "A registry of yours that each image is pushed to as well, before its release starts. A path is put before"
                    + " the repository's name.");
    static final Setting<Optional<String>> REGISTRY_USERNAME =
            of("registry.username", Kind.orNothing(Kind.ACCOUNT), "", "Who signs in at `registry.url`.");
    static final Setting<Optional<Path>> REGISTRY_PASSWORD_FILE =
            of("registry.password-file", Kind.orNothing(Kind.PATH), "", "File with the password, read at each start.");
    static final Setting<ScanTool> SCAN_TOOL = of(
            "scan.tool",
            Kind.SCAN_TOOL,
            "auto",
            "What looks packages up among known faults: `trivy` where it is on the PATH, else what is built in.");
    static final Setting<List<String>> SCAN_SOURCE = of(
            "scan.source",
            Kind.SCAN_SOURCES,
            "",
            "Advisories in the OSV format for the scanner that is built in: folders of `.json` and `.zip` files, single"
                    + " files, addresses of archives. See [scanning.md](scanning.md).");
    static final Setting<Duration> SCAN_REFRESH = of(
            "scan.refresh",
            span(60, 7 * 86_400),
            "6h",
            "Age of a downloaded source at which its address is asked again.");
    static final Setting<ScanBlock> SCAN_BLOCK = of(
            "scan.block",
            Kind.SCAN_BLOCK,
            "none",
            "A new image with a finding of this severity or a worse one does not go live; its deployment fails with"
                    + " `scan-blocked`.");
    static final Setting<Map<String, String>> SCAN_IGNORE = of(
            "scan.ignore",
            Kind.REASONS,
            "",
            "Findings that you have looked at and live with, each with the reason. They are shown and never block.");
    static final Setting<Integer> DEPLOYS_PER_MINUTE =
            of("limits.deploys-per-minute", Kind.count(1, 100_000), "10", "Deployments that one user may ask for.");
    static final Setting<Integer> REQUESTS_PER_MINUTE =
            of("limits.requests-per-minute", Kind.count(1, 10_000_000), "600", "API requests of one token.");
    static final Setting<Integer> GIT_REQUESTS_PER_MINUTE = of(
            "limits.git-requests-per-minute",
            Kind.count(1, 100_000),
            "120",
            "Git requests of one user; a push or fetch is two or three.");
    static final Setting<Integer> LOGINS_PER_MINUTE = of(
            "limits.logins-per-minute",
            Kind.count(1, 100_000),
            "20",
            "Wrong keys that one address may try, at the API, git and the registry together.");
    static final Setting<Long> UPLOAD_MAX =
            of("limits.upload-max", Kind.size(1, 10_240), "100Mi", "Size of an uploaded archive.");
    static final Setting<Long> UPLOAD_EXPANDED_MAX =
            of("limits.upload-expanded-max", Kind.size(1, 102_400), "500Mi", "Size of an archive's files together.");
    static final Setting<Integer> UPLOAD_FILES_MAX =
            of("limits.upload-files-max", Kind.count(1, 1_000_000), "20000", "Files of one upload.");
    static final Setting<Long> FREE_SPACE_MIN = of(
            "limits.free-space-min",
            Kind.size(32, 1L << 20),
            "512Mi",
            "Room that the disk of `data` must have left for uploads, pushes and images to be taken in; below it they are"
                    + " refused with `storage-full`, and `/readyz` says so. What runs goes on.");
    static final Setting<Integer> CONNECTIONS = of(
            "limits.connections", Kind.count(16, 1_000_000), "4096", "Connections of the platform's listener at once.");
    static final Setting<Integer> CONNECTIONS_PER_ADDRESS = of(
            "limits.connections-per-address",
            Kind.count(1, 1_000_000),
            "100",
            "Of these, from one address; this machine itself is excepted, as a proxy may stand on it.");
    static final Setting<Integer> REQUESTS_AT_ONCE = of(
            "limits.requests-at-once",
            Kind.count(4, 100_000),
            "256",
            "Requests worked on at once; as many more wait for five seconds, then they are refused with `busy`.");
    static final Setting<Integer> SOCKETS_PER_USER =
            of("limits.sockets-per-user", Kind.count(1, 100_000), "20", "Open progress streams of one user.");
    static final Setting<Optional<String>> DATABASE_URL = of(
            "database.url",
            Kind.orNothing(Kind.POSTGRESQL),
            "",
            "A PostgreSQL server that keeps the state in place of the embedded database. What is in the embedded one"
                    + " does not move there. See [growing.md](growing.md).");
    static final Setting<Optional<String>> DATABASE_USER =
            of("database.user", Kind.orNothing(Kind.ACCOUNT), "", "Who signs in at `database.url`.");
    static final Setting<Optional<Path>> DATABASE_PASSWORD_FILE =
            of("database.password-file", Kind.orNothing(Kind.PATH), "", "File with the password, read at each start.");
    static final Setting<Integer> UID_BASE = of(
            "local.uid-base",
            Kind.count(1_000, 2_000_000),
            "210000",
            "Each project runs under a Unix user of its own, counted from here; needs the server to run as root.");
    static final Setting<Integer> PORT_MIN =
            of("local.port-min", Kind.count(1_024, 65_535), "20000", "First of the ports that apps are given.");
    static final Setting<Integer> PORT_MAX = of(
            "local.port-max",
            Kind.count(1_024, 65_535),
            "29999",
            "Last of them; keep the range below the kernel's own for outgoing connections.");
    static final Setting<Use> SANDBOX = of(
            "local.sandbox",
            Kind.SANDBOX,
            "auto",
            "Whether apps and builds run in a bubblewrap sandbox: where it works, always (or no start), or never.");
    static final Setting<Use> CONTROL_GROUPS = of(
            "local.control-groups",
            Kind.CONTROL_GROUPS,
            "auto",
            "Whether limits are set by control groups: where they may be written, always, or never.");
    static final Setting<Optional<Path>> MASTER_KEY_FILE = of(
            "secrets.master-key-file",
            Kind.orNothing(Kind.PATH),
            "",
            "File with the key that seals all secrets. Default: `keys/master.key` in the data folder, made at first"
                    + " start. Put it on another disk than the data, and the data alone is worth nothing to a thief.");
    static final Setting<Duration> TOKEN_TTL = of(
            "identity.token-ttl",
            span(60, 86_400),
            "15m",
            "How long an access token lasts; the CLI renews it by itself.");
    static final Setting<RegistryAuth> REGISTRY_AUTH = of(
            "registry.auth",
            Kind.REGISTRY_AUTH,
            "token",
            "Who may use the image registry at `/v2/`: those who log in, or (`none`) whoever reaches the listener,"
                    + " which must then be on a loopback address.");
    static final Setting<Long> REGISTRY_BLOB_MAX =
            of("registry.blob-max", Kind.size(1, 102_400), "2Gi", "Size of one blob, which is mostly one layer.");
    static final Setting<Long> REGISTRY_MANIFEST_MAX =
            of("registry.manifest-max", Kind.size(1, 16), "4Mi", "Size of one manifest.");
    static final Setting<Long> REGISTRY_QUOTA = of(
            "registry.quota",
            Kind.size(1, 1L << 22),
            "10Gi",
            "What the repositories of one project (the first two parts of their names) may hold together.");
    static final Setting<Integer> REGISTRY_UPLOADS_MAX = of(
            "registry.uploads-max",
            Kind.count(1, 100_000),
            "256",
            "Uploads that one user may have open; further ones are refused with `TOOMANYREQUESTS`.");
    static final Setting<Duration> REGISTRY_UPLOAD_TTL =
            of("registry.upload-ttl", span(60, 604_800), "24h", "After which an upload that rests is given up.");
    static final Setting<Duration> REGISTRY_GC_GRACE = of(
            "registry.gc-grace",
            span(60, 2_592_000),
            "24h",
            "For which a collection leaves alone what was pushed or used. Longer than the longest push.");
    static final Setting<Integer> REGISTRY_PAGE_MAX =
            of("registry.page-max", Kind.count(1, 100_000), "1000", "Entries of one list of tags or repositories.");
    static final Setting<LogLevel> LOG_LEVEL =
            of("log-level", Kind.LEVEL, "info", "What the server writes to its log on stderr.");

    private static final List<Setting<?>> OWN = List.of(
            DATA,
            SERVER_HOST,
            SERVER_PORT,
            SHUTDOWN_MAX,
            APPS_HOST,
            APPS_PORT,
            APPS_DOMAIN,
            APPS_PUBLIC_PORT,
            CONCURRENCY,
            QUEUE_MAX,
            KEEP_RELEASES,
            DEPLOY_TIME_MAX,
            STOP_GRACE,
            REPAIR_EVERY,
            BUILD_TIME_MAX,
            BUILD_MEMORY_MAX,
            BUILD_PROCESSES_MAX,
            BUILD_ENVIRONMENT,
            BASE_IMAGES,
            BASE_TABLE,
            BASE_ALLOW,
            BASE_MIRRORS,
            IMAGE_MAX,
            REGISTRY_URL,
            REGISTRY_USERNAME,
            REGISTRY_PASSWORD_FILE,
            SCAN_TOOL,
            SCAN_SOURCE,
            SCAN_REFRESH,
            SCAN_BLOCK,
            SCAN_IGNORE,
            DEPLOYS_PER_MINUTE,
            REQUESTS_PER_MINUTE,
            GIT_REQUESTS_PER_MINUTE,
            LOGINS_PER_MINUTE,
            UPLOAD_MAX,
            UPLOAD_EXPANDED_MAX,
            UPLOAD_FILES_MAX,
            FREE_SPACE_MIN,
            CONNECTIONS,
            CONNECTIONS_PER_ADDRESS,
            REQUESTS_AT_ONCE,
            SOCKETS_PER_USER,
            DATABASE_URL,
            DATABASE_USER,
            DATABASE_PASSWORD_FILE,
            UID_BASE,
            PORT_MIN,
            PORT_MAX,
            SANDBOX,
            CONTROL_GROUPS,
            MASTER_KEY_FILE,
            TOKEN_TTL,
            REGISTRY_AUTH,
            REGISTRY_BLOB_MAX,
            REGISTRY_MANIFEST_MAX,
            REGISTRY_QUOTA,
            REGISTRY_UPLOADS_MAX,
            REGISTRY_UPLOAD_TTL,
            REGISTRY_GC_GRACE,
            REGISTRY_PAGE_MAX,
            LOG_LEVEL);

    private static final List<Setting<?>> ALL = Stream.of(OWN, OrchestratorSettings.ALL, BlobStoreSettings.ALL)
            .flatMap(List::stream)
            .toList();

    /** Every setting, in the order of the reference. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    private static Kind<Duration> span(long minSeconds, long maxSeconds) {
        return Kind.span(Duration.ofSeconds(minSeconds), Duration.ofSeconds(maxSeconds));
    }

    private static <T> Setting<T> of(String key, Kind<T> kind, String fallback, String description) {
        return new Setting<>(key, kind, fallback, description);
    }

    private Settings() {}
}
