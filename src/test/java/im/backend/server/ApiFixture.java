package im.backend.server;

import im.backend.api.Api;
import im.backend.api.http.ApiSettings;
import im.backend.api.http.SignIns;
import im.backend.build.FakeImageBases;
import im.backend.build.FakeImageBuilder;
import im.backend.deploy.DeployEngine;
import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.DeploymentId;
import im.backend.domain.UserName;
import im.backend.identity.Audience;
import im.backend.identity.IdentityProvider;
import im.backend.identity.IssuedToken;
import im.backend.identity.ScopedCaller;
import im.backend.identity.TokenIssuer;
import im.backend.identity.TokenVerifier;
import im.backend.manifest.ManifestReader;
import im.backend.orchestrator.FakeInstanceLogs;
import im.backend.orchestrator.FakeOneOff;
import im.backend.orchestrator.FakeOrchestrator;
import im.backend.orchestrator.FakeSchedules;
import im.backend.orchestrator.FakeStorage;
import im.backend.problem.Problem;
import im.backend.project.BackupDesk;
import im.backend.project.ImageDesk;
import im.backend.project.ProjectEnv;
import im.backend.project.ProjectSecrets;
import im.backend.project.Projects;
import im.backend.project.RegistryDesk;
import im.backend.project.SourceEdits;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.route.FakeRouter;
import im.backend.scan.FakeScanner;
import im.backend.scan.ScanPolicy;
import im.backend.scan.Scanning;
import im.backend.secret.InMemorySecretStore;
import im.backend.server.edge.EdgeLimits;
import im.backend.server.metrics.MeteredDeploymentLog;
import im.backend.server.metrics.Metrics;
import im.backend.source.InMemorySourceStore;
import im.backend.store.InMemoryDeploymentLog;
import im.backend.store.InMemoryProjectStore;
import im.backend.store.InMemoryReleaseStore;
import im.backend.wire.server.ServerBody;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The real listener, edge, API and use cases over fakes of the technologies: fast, and anything can be made to fail. Two
 * callers: the tokens {@code alice} and {@code bob}; the key {@code alice-key}.
 */
final class ApiFixture implements AutoCloseable {
    static final int WRONG_KEYS_PER_MINUTE = 20;

    final FakeImageBuilder images;
    final FakeScanner scanner = new FakeScanner();
    final FakeOrchestrator orchestrator;
    final DeployEngine engine;
    final Metrics metrics = new Metrics();
    private final PlatformListener listener;
    private final Closing closing = new Closing();

    ApiFixture(Path folder) {
        this(folder, ApiSettings.defaults(folder.resolve("spool")).rates());
    }

    ApiFixture(Path folder, ApiSettings.Rates rates) {
        this(folder, rates, ApiSettings.Sockets.DEFAULT);
    }

    ApiFixture(Path folder, ApiSettings.Rates rates, ApiSettings.Sockets sockets) {
        Clock clock = Clock.systemUTC();
        images = new FakeImageBuilder(folder.resolve("images"));
        FakeInstanceLogs logs = new FakeInstanceLogs();
        orchestrator = new FakeOrchestrator(logs);
        closing.add("orchestrator", orchestrator);
        InMemoryProjectStore projects = new InMemoryProjectStore(clock);
        InMemoryReleaseStore releases = new InMemoryReleaseStore(projects);
        Ports ports = new Ports(
                new InMemorySourceStore(clock),
                ManifestReader::read,
                images,
                new Ports.Hosting(orchestrator, new FakeOneOff(), new FakeSchedules(), logs, new FakeStorage()),
                new FakeRouter(),
                new InMemorySecretStore(releases::kept, clock),
                new Scanning(scanner, ScanPolicy.OPEN),
                new Ports.Stores(
                        projects,
                        releases,
                        new MeteredDeploymentLog(new InMemoryDeploymentLog(projects, releases, clock), metrics)));
        engine = new DeployEngine(
                ports, DeploySettings.defaults("localhost", 8000), clock, () -> new DeploymentId(UUID.randomUUID()));
        engine.start();
        closing.add("engine", engine);
        Tokens tokens = new Tokens(clock);
        Api api = new Api(
                new Api.Identity(tokens, new SignIns(tokens, WRONG_KEYS_PER_MINUTE, System::nanoTime), tokens, tokens),
                new Api.UseCases(
                        engine,
                        new Projects(ports, engine),
                        new SourceEdits(ports, engine),
                        new ProjectEnv(ports, engine),
                        new ProjectSecrets(ports, engine),
                        new ImageDesk(new FakeImageBases()),
                        new RegistryDesk(registry(folder, clock), releases),
                        new BackupDesk(file -> {}, folder.resolve("state"))),
                new Api.Host(
                        () -> new ServerBody("1", "25", "Linux", clock.instant(), "local", "", List.of(), Map.of()),
                        new HealthRoutes(List::of, metrics).routes(),
                        metrics),
                new ApiSettings(
                        folder.resolve("spool"), 4 << 20, rates, sockets, Set.of(URI.create("https://ui.example"))),
                clock);
        listener = new PlatformListener(
                new PlatformListener.Settings("127.0.0.1", 0, EdgeLimits.defaults(), Duration.ofSeconds(1)),
                api,
                rules -> {},
                rules -> {});
        listener.start();
        closing.add("listener", listener);
    }

    private static DiskRegistry registry(Path folder, Clock clock) {
        DiskRegistry registry =
                new DiskRegistry(new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), clock);
        registry.start();
        return registry;
    }

    URI uri() {
        return listener.uri();
    }

    int port() {
        return listener.port();
    }

    @Override
    public void close() {
        closing.close();
    }

    /** A token is the name of its user; {@code expired} has. */
    private record Tokens(Clock clock) implements IdentityProvider, TokenIssuer, TokenVerifier {
        private static final Map<String, Caller.Role> USERS =
                Map.of("alice", Caller.Role.MEMBER, "bob", Caller.Role.MEMBER, "root", Caller.Role.ADMIN);

        @Override
        public Caller authenticate(String key) {
            if (key.equals("alice-key")) {
                return new Caller(new UserName("alice"), Caller.Role.MEMBER);
            }
            throw new Problem.Unauthenticated("bad-credentials", "The key is not one of this server.").asException();
        }

        @Override
        public Profile profile(UserName user) {
            return new Profile(user, user + "@localhost");
        }

        @Override
        public IssuedToken issue(Caller caller, Audience audience) {
            return new IssuedToken(caller.user().value(), Instant.now(clock).plusSeconds(900));
        }

        @Override
        public IssuedToken issue(ScopedCaller scoped, Audience audience, Duration lifetime) {
            return issue(scoped.caller(), audience);
        }

        @Override
        public ScopedCaller verifyScoped(String token, Audience audience) {
            return new ScopedCaller(verify(token, audience), List.of());
        }

        @Override
        public Caller verify(String token, Audience audience) {
            if (token.equals("expired")) {
                throw new Problem.Unauthenticated("token-expired", "The token has expired.").asException();
            }
            if (!USERS.containsKey(token)) {
                throw new Problem.Unauthenticated("token-invalid", "The token is not valid.").asException();
            }
            return new Caller(new UserName(token), USERS.get(token));
        }
    }
}
