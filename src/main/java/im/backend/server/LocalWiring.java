package im.backend.server;

import im.backend.config.ServerConfig;
import im.backend.deploy.ports.AppsAddress;
import im.backend.deploy.ports.Ports;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.local.LocalOneOff;
import im.backend.orchestrator.local.LocalOrchestrator;
import im.backend.orchestrator.local.LocalSchedules;
import im.backend.orchestrator.local.LocalSettings;
import im.backend.orchestrator.local.LocalStorage;
import im.backend.orchestrator.local.ProjectLogs;
import im.backend.route.proxy.ProxyLimits;
import im.backend.route.proxy.ProxySettings;
import im.backend.route.proxy.ReverseProxy;
import im.backend.server.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Clock;

/** The part of {@link Wiring} that runs apps on this host, and sends requests to them. */
final class LocalWiring {
    private final ServerConfig config;
    private final DataFolder data;
    private final Clock clock;
    private final Closing closing;

    LocalWiring(ServerConfig config, DataFolder data, Clock clock, Closing closing) {
        this.config = config;
        this.data = data;
        this.clock = clock;
        this.closing = closing;
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
}
