package im.backend.server;

import static java.lang.System.Logger.Level.INFO;

import im.backend.api.Api;
import im.backend.build.ImageBases;
import im.backend.build.ImageBuilder;
import im.backend.config.ServerConfig;
import im.backend.deploy.DeployEngine;
import im.backend.deploy.ports.Ports;
import im.backend.host.Launcher;
import im.backend.host.toolchain.Toolchains;
import im.backend.manifest.ManifestReader;
import im.backend.registry.disk.DiskRegistry;
import im.backend.server.facts.ServerFacts;
import im.backend.server.metrics.Metrics;
import im.backend.source.git.GitSourceStore;
import im.backend.source.git.http.GitRoutes;
import im.backend.store.sql.Database;
import java.lang.System.Logger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One server on one data folder, from lock to lock. Apps outlive it: closing stops nothing that serves, and the next start
 * takes over what it finds.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    /** Part of the time for shutdown in which requests in flight may end. */
    private static final int DRAIN_PARTS = 3;

    private final ServerConfig config;
    private final Clock clock;
    private final Runnable lost;
    private final Closing closing = new Closing();
    private volatile boolean stopping;

    /** Ends itself in order should another server take its place. */
    public Server(ServerConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.lost = this::close;
    }

    /** @param lost is run when another server may take its place a few seconds from now: the process has to end at once */
    public Server(ServerConfig config, Clock clock, Runnable lost) {
        this.config = config;
        this.clock = clock;
        this.lost = lost;
    }

    /**
     * Returns when the API answers and what was live is being brought up: with a Lease in the settings when this server's turn
     * has come, which may be never. Fails with a Problem that says in one sentence
     * what to do, as {@code data-folder-in-use} or {@code port-taken}, and leaves nothing open then.
     */
    public Started start() {
        Instant begun = clock.instant();
        try (Openings openings = new Openings()) {
            return open(begun, openings);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private Started open(Instant begun, Openings openings) {
        DataFolder data = new DataFolder(config.data());
        closing.add("data folder", data);
        Optional<StandbyListener> standby = config.kubernetes()
                .lease()
                .map(lease -> Standby.open(config, lease, ClusterWiring.settings(config), clock, lost, closing)
                        .awaitTurn(data, closing));
        if (standby.isEmpty()) {
            data.start();
        }
        Wiring wiring = new Wiring(config, data, clock, closing);
        StateWiring state = new StateWiring(config, data, clock, closing);
        LocalWiring local = new LocalWiring(config, data, clock, closing);
        Metrics metrics = new Metrics();
        Supplier<Database> opening = openings.begin(state::database);
        Optional<ClusterWiring> cluster = ClusterWiring.choose(config, data, clock, closing);
        Supplier<AppsFront> fronting =
                openings.begin(() -> cluster.map(ClusterWiring::front).orElseGet(() -> local.front(metrics)));
        GitSourceStore source = wiring.source();
        Launcher launcher = local.launcher();
        new HostRequirements(config.local()).check(launcher.facts());
        Toolchains toolchains = new Toolchains(data.resolve("toolchains"));
        ImageWiring images = wiring.images(cluster);
        DiskRegistry registry = images.registry();
        ImageBases bases = images.bases(registry);
        ImageBuilder builder = images.builder(launcher, toolchains, registry, bases);
        Ports.Hosting hosting =
                cluster.map(ClusterWiring::hosting).orElseGet(() -> local.hosting(launcher, toolchains));
        Api.Identity identity = wiring.identity();
        Database database = opening.get();
        AppsFront front = fronting.get();
        Ports.Stores stores = state.stores(database, metrics);
        Ports ports = new Ports(
                source,
                ManifestReader::read,
                builder,
                hosting,
                front.router(),
                state.secrets(database),
                wiring.scanning(launcher),
                stores);
        String apps = front.address().pattern();
        DeployEngine engine = wiring.engine(ports, front.address());
        Api.UseCases useCases = wiring.useCases(ports, engine, bases, registry, database);
        ServerFacts facts = new ServerFacts(
                config,
                data.path(),
                launcher,
                new ServerFacts.Life(begun, () -> stopping),
                new ServerFacts.Apps(apps, cluster.map(one -> one::check)),
                registry::depot);
        Api api = wiring.api(identity, useCases, metrics, facts);
        GitRoutes git = wiring.git(source, identity, useCases);
        images.upkeep(registry, stores.releases());
        engine.start();
        metrics.repairs(engine::repairs);
        cluster.ifPresent(one -> one.watchDrift(engine::lookSoon));
        standby.ifPresent(StandbyListener::close);
        PlatformListener listener = wiring.listener(
                api,
                git,
                images.routes(registry, identity, cluster.flatMap(ClusterWiring::pullKey)),
                config.server().shutdownMax().dividedBy(DRAIN_PARTS));
        metrics.gauge("backendim_connections", "Open connections to the platform", listener::openConnections);
        metrics.gauge(
                "backendim_apps_connections",
                "Open connections to apps",
                () -> front.openConnections().getAsInt());
        metrics.gauge(
                "backendim_watchers", "Open WebSockets", () -> api.sockets().watchers());
        Duration took = Duration.between(begun, clock.instant());
        LOG.log(INFO, "serving at {0}, apps at {1}, data in {2}", listener.uri(), apps, data.path());
        return new Started(
                listener.uri(),
                apps,
                data.path(),
                data.resolve(Wiring.ADMIN_KEY),
                launcher.facts().sandbox().description(),
                took);
    }

    /** Takes no more deployments, lets what is under way end within the configured time, and closes all. Apps run on. */
    @Override
    public void close() {
        stopping = true;
        closing.close();
    }
}
