package im.backend.config;

import im.backend.config.ServerConfig.Apps;
import im.backend.config.ServerConfig.Build;
import im.backend.config.ServerConfig.Deploy;
import im.backend.config.ServerConfig.Images;
import im.backend.config.ServerConfig.Keys;
import im.backend.config.ServerConfig.Kubernetes;
import im.backend.config.ServerConfig.Limits;
import im.backend.config.ServerConfig.Listener;
import im.backend.config.ServerConfig.Local;
import im.backend.config.ServerConfig.Push;
import im.backend.config.ServerConfig.Registry;
import im.backend.config.ServerConfig.Scan;
import im.backend.config.ServerConfig.State;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the {@link ServerConfig} of a file, the environment and flags, of which the last named wins. */
public final class ConfigReader {
    public static final String FILE_NAME = "backendim.yml";
    public static final String FILE_VARIABLE = "BACKENDIM_CONFIG_FILE";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1|0:0:0:0:0:0:0:1");

    private final ConfigSources sources;
    private final List<Violation> faults = new ArrayList<>();
    private final List<LoadedConfig.Line> lines = new ArrayList<>();

    private ConfigReader(ConfigSources sources) {
        this.sources = sources;
    }

    /**
     * @param flags values by the setting's key, as given on the command line
     * @param file that was asked for; null takes BACKENDIM_CONFIG_FILE, else backendim.yml in the user's or the
     *     machine's configuration folder when there is one
     * @throws im.backend.problem.ProblemException Invalid {@code config-invalid} with every fault of all sources
     */
    public static LoadedConfig read(@Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        ConfigSources sources = new ConfigSources(environment);
        sources.readFile(file);
        sources.readEnvironment();
        sources.readFlags(flags);
        return new ConfigReader(sources).read();
    }

    private LoadedConfig read() {
        faults.addAll(sources.faults());
        ServerConfig config = build();
        if (!faults.isEmpty()) {
            Violation first = faults.getFirst();
            String count = faults.size() == 1 ? "a fault" : faults.size() + " faults; the first is";
            throw new Problem.Invalid(
                            "config-invalid",
                            "The server's configuration has " + count + " at " + first.pointer() + ": "
                                    + first.message(),
                            faults)
                    .asException();
        }
        return new LoadedConfig(config, lines);
    }

    private ServerConfig build() {
        ServerConfig config = new ServerConfig(
                value(Settings.DATA),
                new Listener(value(Settings.SERVER_HOST), value(Settings.SERVER_PORT), value(Settings.SHUTDOWN_MAX)),
                new Apps(
                        value(Settings.APPS_HOST),
                        value(Settings.APPS_PORT),
                        value(Settings.APPS_DOMAIN),
                        value(Settings.APPS_PUBLIC_PORT)),
                new Deploy(
                        value(Settings.CONCURRENCY),
                        value(Settings.QUEUE_MAX),
                        value(Settings.KEEP_RELEASES),
                        value(Settings.DEPLOY_TIME_MAX),
                        value(Settings.STOP_GRACE),
                        value(Settings.REPAIR_EVERY)),
                new Build(
                        value(Settings.BUILD_TIME_MAX),
                        value(Settings.BUILD_MEMORY_MAX),
                        value(Settings.BUILD_PROCESSES_MAX),
                        value(Settings.BUILD_ENVIRONMENT)),
                new Images(
                        value(Settings.BASE_IMAGES),
                        value(Settings.BASE_TABLE),
                        value(Settings.BASE_ALLOW),
                        value(Settings.BASE_MIRRORS),
                        value(Settings.IMAGE_MAX),
                        new Push(
                                value(Settings.REGISTRY_URL),
                                value(Settings.REGISTRY_USERNAME),
                                value(Settings.REGISTRY_PASSWORD_FILE))),
                new Scan(
                        value(Settings.SCAN_TOOL),
                        value(Settings.SCAN_SOURCE),
                        value(Settings.SCAN_REFRESH),
                        value(Settings.SCAN_BLOCK),
                        value(Settings.SCAN_IGNORE)),
                new Limits(
                        value(Settings.DEPLOYS_PER_MINUTE),
                        value(Settings.REQUESTS_PER_MINUTE),
                        value(Settings.GIT_REQUESTS_PER_MINUTE),
                        value(Settings.LOGINS_PER_MINUTE),
                        value(Settings.UPLOAD_MAX),
                        value(Settings.UPLOAD_EXPANDED_MAX),
                        value(Settings.UPLOAD_FILES_MAX),
                        value(Settings.FREE_SPACE_MIN),
                        value(Settings.CONNECTIONS),
                        value(Settings.CONNECTIONS_PER_ADDRESS),
                        value(Settings.REQUESTS_AT_ONCE),
                        value(Settings.SOCKETS_PER_USER)),
                new State(
                        value(Settings.DATABASE_URL),
                        value(Settings.DATABASE_USER),
                        value(Settings.DATABASE_PASSWORD_FILE)),
                value(OrchestratorSettings.ORCHESTRATOR),
                new Local(
                        value(Settings.UID_BASE),
                        value(Settings.PORT_MIN),
                        value(Settings.PORT_MAX),
                        value(Settings.SANDBOX),
                        value(Settings.CONTROL_GROUPS)),
                new Kubernetes(
                        value(OrchestratorSettings.KUBECONFIG),
                        value(OrchestratorSettings.CONTEXT),
                        value(OrchestratorSettings.REGISTRY),
                        value(OrchestratorSettings.STORAGE_CLASS),
                        value(OrchestratorSettings.INGRESS_CLASS),
                        value(OrchestratorSettings.INGRESS_NAMESPACE),
                        value(OrchestratorSettings.CLUSTER_ISSUER),
                        value(OrchestratorSettings.BUILD_PLACE),
                        value(OrchestratorSettings.LEASE)),
                new Keys(value(Settings.MASTER_KEY_FILE), value(Settings.TOKEN_TTL)),
                new Registry(
                        value(Settings.REGISTRY_AUTH),
                        value(Settings.REGISTRY_BLOB_MAX),
                        value(Settings.REGISTRY_MANIFEST_MAX),
                        value(Settings.REGISTRY_QUOTA),
                        value(Settings.REGISTRY_UPLOADS_MAX),
                        value(Settings.REGISTRY_UPLOAD_TTL),
                        value(Settings.REGISTRY_GC_GRACE),
                        value(Settings.REGISTRY_PAGE_MAX),
                        s3()),
                value(Settings.LOG_LEVEL));
        checkTogether(config);
        return config;
    }

    /** All four that have no default, or none. */
    private Optional<ServerConfig.S3> s3() {
        Optional<URI> endpoint = value(BlobStoreSettings.ENDPOINT);
        String region = value(BlobStoreSettings.REGION);
        Optional<String> bucket = value(BlobStoreSettings.BUCKET);
        Optional<String> prefix = value(BlobStoreSettings.PREFIX);
        Optional<String> accessKey = value(BlobStoreSettings.ACCESS_KEY);
        Optional<Path> secretKeyFile = value(BlobStoreSettings.SECRET_KEY_FILE);
        ServerConfig.S3Addressing addressing = value(BlobStoreSettings.PATH_STYLE);
        long cacheMaxBytes = value(BlobStoreSettings.CACHE);
        List<Optional<?>> needed = List.of(endpoint, bucket, accessKey, secretKeyFile);
        if (needed.stream().allMatch(Optional::isPresent)) {
            return Optional.of(new ServerConfig.S3(
                    endpoint.orElseThrow(),
                    region,
                    bucket.orElseThrow(),
                    prefix,
                    accessKey.orElseThrow(),
                    secretKeyFile.orElseThrow(),
                    addressing,
                    cacheMaxBytes));
        }
        if (needed.stream().anyMatch(Optional::isPresent) && faults.isEmpty()) {
            fault(
                    BlobStoreSettings.ENDPOINT.key(),
                    "registry.s3 is not whole (expected: endpoint, bucket, access-key and secret-key-file, or none of"
                            + " them)");
        }
        return Optional.empty();
    }

    private void checkTogether(ServerConfig config) {
        Local local = config.local();
        if (local.portMin() > local.portMax()) {
            fault(
                    Settings.PORT_MIN.key(),
                    local.portMin() + " (expected: <= local.port-max, which is " + local.portMax() + ")");
        }
        State state = config.state();
        if (state.url().isEmpty() != state.user().isEmpty()) {
            fault(
                    Settings.DATABASE_USER.key(),
                    state.user().orElse("none") + " with database.url "
                            + state.url().orElse("none") + " (expected: both or neither)");
        }
        boolean openToOthers = !LOOPBACK.matcher(config.server().host()).matches();
        if (config.registry().auth() == ServerConfig.RegistryAuth.NONE && openToOthers) {
            fault(
                    Settings.REGISTRY_AUTH.key(),
                    "none with server.host " + config.server().host()
                            + " lets everybody on the network push and delete images (expected: token, or server.host"
                            + " 127.0.0.1)");
        }
        boolean samePort =
                config.server().port() == config.apps().port() && config.apps().port() != 0;
        if (samePort && config.server().host().equals(config.apps().host())) {
            fault(Settings.APPS_PORT.key(), config.apps().port() + " is server.port too (expected: two ports)");
        }
    }

    /** What was found, else the default; a value that is not allowed is noted, and the default stands in for it. */
    private <T> T value(Setting<T> setting) {
        String fallback = setting.key().equals(Settings.DATA.key())
                ? sources.folder("XDG_DATA_HOME", ".local/share").toString()
                : setting.fallback();
        ConfigSources.Found given =
                sources.found().getOrDefault(setting.key(), new ConfigSources.Found(fallback, "default"));
        Optional<T> value = setting.kind().parse().apply(given.text());
        lines.add(new LoadedConfig.Line(setting.key(), given.text(), given.origin()));
        if (value.isEmpty()) {
            String message = setting.key() + ": \"" + given.text() + "\" (expected: " + setting.expected() + ")";
            fault(given.origin(), message);
        }
        return value.or(() -> setting.kind().parse().apply(fallback)).orElseThrow();
    }

    private void fault(String place, String message) {
        faults.add(new Violation(place, message));
    }
}
