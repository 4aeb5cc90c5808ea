package im.backend.server;

import im.backend.api.Api;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.ApiSettings;
import im.backend.api.http.RateLimiter;
import im.backend.api.http.SignIns;
import im.backend.build.ImageBases;
import im.backend.config.ServerConfig;
import im.backend.deploy.DeployEngine;
import im.backend.deploy.ports.AppsAddress;
import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.DeploymentId;
import im.backend.file.PrivateFile;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.host.toolchain.Toolchains;
import im.backend.identity.jwt.JwtSettings;
import im.backend.identity.jwt.JwtTokens;
import im.backend.identity.jwt.SigningKeys;
import im.backend.identity.local.FirstAdmin;
import im.backend.identity.local.LocalIdentityProvider;
import im.backend.orchestrator.local.LocalOneOff;
import im.backend.orchestrator.local.LocalOrchestrator;
import im.backend.orchestrator.local.LocalSchedules;
import im.backend.orchestrator.local.LocalSettings;
import im.backend.orchestrator.local.LocalStorage;
import im.backend.orchestrator.local.ProjectLogs;
import im.backend.problem.Problem;
import im.backend.project.BackupDesk;
import im.backend.project.ImageDesk;
import im.backend.project.ProjectEnv;
import im.backend.project.ProjectSecrets;
import im.backend.project.Projects;
import im.backend.project.RegistryDesk;
import im.backend.project.SourceEdits;
import im.backend.registry.ImageRegistry;
import im.backend.registry.oci.OciRoutes;
import im.backend.route.proxy.ProxyLimits;
import im.backend.route.proxy.ProxySettings;
import im.backend.route.proxy.ReverseProxy;
import im.backend.scan.Scanning;
import im.backend.secret.MasterKeyFile;
import im.backend.server.edge.EdgeLimits;
import im.backend.server.facts.ServerFacts;
import im.backend.server.metrics.MeteredDeploymentLog;
import im.backend.server.metrics.Metrics;
import im.backend.source.SourceLimits;
import im.backend.source.git.GitSettings;
import im.backend.source.git.GitSourceStore;
import im.backend.source.git.http.GitRoutes;
import im.backend.source.git.http.PushLimits;
import im.backend.store.sql.Database;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.SqlDeploymentLog;
import im.backend.store.sql.SqlProjectStore;
import im.backend.store.sql.SqlReleaseStore;
import im.backend.store.sql.SqlSecretStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Which technology is behind which port: each method opens one feature, and notes how it is closed. */
final class Wiring {
    static final String ADMIN_KEY = "admin.key";
    private final ServerConfig config;
    private final DataFolder data;
    private final Clock clock;
    private final Closing closing;
    private final SecureRandom random = new SecureRandom();

    Wiring(ServerConfig config, DataFolder data, Clock clock, Closing closing) {
        this.config = config;
        this.data = data;
        this.clock = clock;
        this.closing = closing;
    }

    Database database() {
        Database database = new Database(databaseSettings(), clock);
        database.start();
        closing.add("database", database);
        return database;
    }

    private DatabaseSettings databaseSettings() {
        ServerConfig.State state = config.state();
        return state.url()
                .<DatabaseSettings>map(url -> new DatabaseSettings.External(
                        url,
                        state.user().orElse(""),
                        state.passwordFile().map(Wiring::passwordIn).orElse("")))
                .orElseGet(() -> new DatabaseSettings.Embedded(data.resolve("db")));
    }

    private static String passwordIn(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new Problem.Conflict(
                            "password-file-unreadable",
                            "The file of database.password-file, " + file
                                    + ", can not be read. Make it, or give the server's user the right to.")
                    .asException(unreadable);
        }
    }

    Ports.Stores stores(Database database, Metrics metrics) {
        return new Ports.Stores(
                new SqlProjectStore(database, clock),
                new SqlReleaseStore(database),
                new MeteredDeploymentLog(new SqlDeploymentLog(database, clock), metrics));
    }

    SqlSecretStore secrets(Database database) {
        PrivateFile file =
                config.keys().masterKeyFile().map(Wiring::privateFile).orElse(new PrivateFile(keys(), "master.key"));
        SqlSecretStore secrets = new SqlSecretStore(database, new MasterKeyFile(file, random), clock);
        secrets.start();
        return secrets;
    }

    private static PrivateFile privateFile(Path path) {
        Path file = path.toAbsolutePath();
        return new PrivateFile(
                Objects.requireNonNull(file.getParent(), "a file has a folder"),
                file.getFileName().toString());
    }

    private Path keys() {
        return data.resolve("keys");
    }

    Api.Identity identity() {
        PrivateFile hash = new PrivateFile(keys(), "admin.hash");
        new FirstAdmin(new PrivateFile(data.path(), ADMIN_KEY), hash, random).start();
        LocalIdentityProvider accounts = new LocalIdentityProvider(hash);
        accounts.start();
        SigningKeys signing = new SigningKeys(new PrivateFile(keys(), "signing.jwk"), random);
        signing.start();
        JwtSettings settings =
                new JwtSettings(JwtSettings.DEFAULT.issuer(), config.keys().tokenTtl(), JwtSettings.DEFAULT.leeway());
        JwtTokens tokens = new JwtTokens(signing, settings, clock, random);
        SignIns signIns = new SignIns(accounts, config.limits().loginsPerMinute(), System::nanoTime);
        return new Api.Identity(accounts, signIns, tokens, tokens);
    }

    GitSourceStore source() {
        SourceLimits defaults = SourceLimits.DEFAULT;
        SourceLimits limits = new SourceLimits(
                config.limits().uploadMaxBytes(),
                config.limits().uploadExpandedMaxBytes(),
                defaults.ratioMax(),
                defaults.ratioAfterBytes(),
                config.limits().uploadFilesMax(),
                defaults.pathBytesMax(),
                defaults.pathPartBytesMax(),
                defaults.pathDepthMax(),
                defaults.fileBytesMax(),
                defaults.unpackTimeMax());
        GitSourceStore source = new GitSourceStore(
                new GitSettings(data.resolve("git"), limits, config.limits().freeSpaceMinBytes()), clock);
        source.start();
        closing.add("source", source);
        return source;
    }

    Launcher launcher() {
        Launcher launcher = new Launcher(new HostSettings(
                data.resolve("launcher"),
                use(config.local().sandbox()),
                use(config.local().controlGroups())));
        launcher.start();
        return launcher;
    }

    private static HostSettings.Use use(ServerConfig.Use use) {
        return switch (use) {
            case AUTO, REQUIRED -> HostSettings.Use.WHEN_THERE;
            case NEVER -> HostSettings.Use.NEVER;
        };
    }

    Ports.Hosting hosting(Launcher launcher, Toolchains toolchains) {
        LocalSettings settings = new LocalSettings(
                data.resolve("instances"),
                data.resolve("volumes"),
                config.local().uidBase(),
                config.local().portMin(),
                config.local().portMax());
        ProjectLogs logs = new ProjectLogs(data.resolve("logs"), launcher, clock);
        logs.start();
        closing.add("app logs", logs);
        LocalStorage storage = new LocalStorage(settings, launcher, logs);
        LocalOrchestrator orchestrator = new LocalOrchestrator(settings, launcher, toolchains, logs, storage);
        orchestrator.start();
        closing.add("orchestrator", orchestrator);
        LocalSchedules schedules = new LocalSchedules(settings, launcher, toolchains, logs, clock);
        schedules.start();
        closing.add("schedules", schedules);
        return new Ports.Hosting(
                orchestrator, new LocalOneOff(settings, launcher, toolchains), schedules, logs, storage);
    }

    Scanning scanning(Launcher launcher) {
        return new ScanWiring(config.scan(), data.resolve("cache").resolve("scan"), System.getenv(), clock)
                .scanning(launcher);
    }

    ImageWiring images(Optional<ClusterWiring> cluster) {
        return new ImageWiring(config, data, clock, closing, cluster);
    }

    AppsFront front(Metrics metrics) {
        ReverseProxy proxy = new ReverseProxy(
                new ProxySettings(
                        new InetSocketAddress(
                                config.apps().host(), config.apps().port()),
                        ProxyLimits.defaults()),
                (host, status, took) -> metrics.proxied(status, took));
        proxy.start();
        closing.add("proxy", proxy);
        int port = config.apps().publicPort() == 0
                ? proxy.address().getPort()
                : config.apps().publicPort();
        return new AppsFront(proxy, AppsAddress.plain(config.apps().domain(), port), proxy::openConnections);
    }

    DeployEngine engine(Ports ports, AppsAddress apps) {
        ServerConfig.Deploy deploy = config.deploy();
        DeploySettings settings = new DeploySettings(
                apps,
                deploy.concurrency(),
                deploy.queueMax(),
                config.build().timeMax(),
                deploy.timeMax(),
                deploy.stopGrace(),
                deploy.keepReleases(),
                deploy.repairEvery());
        DeployEngine engine = new DeployEngine(ports, settings, clock, () -> DeploymentId.at(clock.instant(), random));
        closing.add("deployments", engine);
        return engine;
    }

    Api.UseCases useCases(
            Ports ports, DeployEngine engine, ImageBases bases, ImageRegistry registry, Database database) {
        return new Api.UseCases(
                engine,
                new Projects(ports, engine),
                new SourceEdits(ports, engine),
                new ProjectEnv(ports, engine),
                new ProjectSecrets(ports, engine),
                new ImageDesk(bases),
                new RegistryDesk(registry, ports.stores().releases()),
                new BackupDesk(database, data.resolve("backup").resolve("state.mv.db")));
    }

    Api api(Api.Identity identity, Api.UseCases useCases, Metrics metrics, ServerFacts facts) {
        List<ApiRoute> health = new HealthRoutes(facts::readiness, metrics).routes();
        ServerConfig.Limits limits = config.limits();
        ApiSettings.Rates rates = new ApiSettings.Rates(
                limits.requestsPerMinute(), ApiSettings.Rates.DEFAULT.perAddress(), limits.deploysPerMinute());
        ApiSettings.Sockets sockets = new ApiSettings.Sockets(
                Math.max(ApiSettings.Sockets.DEFAULT.watchersMax(), limits.socketsPerUser()),
                limits.socketsPerUser(),
                ApiSettings.Sockets.DEFAULT.ping());
        ApiSettings settings =
                new ApiSettings(data.resolve("spool"), limits.uploadMaxBytes(), rates, sockets, Set.of());
        return new Api(identity, useCases, new Api.Host(facts::body, health, metrics), settings, clock);
    }

    PlatformListener listener(Api api, GitRoutes git, OciRoutes registry, Duration drain) {
        EdgeLimits defaults = EdgeLimits.defaults();
        ServerConfig.Limits limits = config.limits();
        EdgeLimits edge = defaults.withConnections(new EdgeLimits.Connections(
                        limits.connections(),
                        limits.connectionsPerAddress(),
                        defaults.connections().idle()))
                .withRequests(new EdgeLimits.Requests(
                        limits.requestsAtOnce(),
                        defaults.requests().queuedMax(),
                        defaults.requests().queueTime()));
        PlatformListener listener = new PlatformListener(
                new PlatformListener.Settings(
                        config.server().host(), config.server().port(), edge, drain),
                api,
                git,
                registry);
        listener.start();
        closing.add("listener", listener);
        return listener;
    }

    GitRoutes git(GitSourceStore source, Api.Identity identity, Api.UseCases useCases) {
        return new GitRoutes(
                source,
                new GitDoor(
                        identity,
                        useCases.engine().access(),
                        useCases.projects(),
                        new RateLimiter("git requests", config.limits().gitRequestsPerMinute(), System::nanoTime)),
                new PushDeployments(useCases.engine().deployments()),
                PushLimits.DEFAULT);
    }
}
