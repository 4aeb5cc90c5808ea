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
import im.backend.host.Launcher;
import im.backend.identity.jwt.JwtSettings;
import im.backend.identity.jwt.JwtTokens;
import im.backend.identity.jwt.SigningKeys;
import im.backend.identity.local.FirstAdmin;
import im.backend.identity.local.LocalIdentityProvider;
import im.backend.project.BackupDesk;
import im.backend.project.ImageDesk;
import im.backend.project.ProjectEnv;
import im.backend.project.ProjectSecrets;
import im.backend.project.Projects;
import im.backend.project.RegistryDesk;
import im.backend.project.SourceEdits;
import im.backend.registry.ImageRegistry;
import im.backend.registry.oci.OciRoutes;
import im.backend.scan.Scanning;
import im.backend.server.edge.EdgeLimits;
import im.backend.server.facts.ServerFacts;
import im.backend.server.metrics.Metrics;
import im.backend.source.SourceLimits;
import im.backend.source.git.GitSettings;
import im.backend.source.git.GitSourceStore;
import im.backend.source.git.http.GitRoutes;
import im.backend.source.git.http.PushLimits;
import im.backend.store.sql.Database;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which technology is behind which port: each method opens one feature, and notes how it is closed. */
final class Wiring {
    static final String ADMIN_KEY = "admin.key";
    static final String KEYS = "keys";

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

    private Path keys() {
        return data.resolve(KEYS);
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

    Scanning scanning(Launcher launcher) {
        return new ScanWiring(config.scan(), data.resolve("cache").resolve("scan"), System.getenv(), clock)
                .scanning(launcher);
    }

    ImageWiring images(Optional<ClusterWiring> cluster) {
        return new ImageWiring(config, data, clock, closing, cluster);
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
