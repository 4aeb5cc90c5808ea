package im.backend.api;

import im.backend.api.http.ApiDispatcher;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.ApiSettings;
import im.backend.api.http.CallerFilter;
import im.backend.api.http.Meter;
import im.backend.api.http.RequestObserver;
import im.backend.api.http.SignIns;
import im.backend.api.progress.ProgressSockets;
import im.backend.api.progress.Tickets;
import im.backend.deploy.DeployEngine;
import im.backend.identity.IdentityProvider;
import im.backend.identity.TokenIssuer;
import im.backend.identity.TokenVerifier;
import im.backend.project.BackupDesk;
import im.backend.project.ImageDesk;
import im.backend.project.ProjectEnv;
import im.backend.project.ProjectSecrets;
import im.backend.project.Projects;
import im.backend.project.RegistryDesk;
import im.backend.project.SourceEdits;
import im.backend.wire.server.ServerBody;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Composes the package: the table of routes, the dispatcher that serves it, the WebSockets. */
public final class Api implements AutoCloseable {
    private final List<ApiRoute> routes;
    private final ApiDispatcher dispatcher;
    private final ProgressSockets sockets;
    private final LogRoutes logs;

    /**
     * Who is calling.
     *
     * @param signIns the way to {@code accounts} for every key that comes in from outside
     */
    public record Identity(IdentityProvider accounts, SignIns signIns, TokenIssuer issuer, TokenVerifier verifier) {}

    /** What callers may ask for. */
    public record UseCases(
            DeployEngine engine,
            Projects projects,
            SourceEdits edits,
            ProjectEnv env,
            ProjectSecrets secrets,
            ImageDesk images,
            RegistryDesk registry,
            BackupDesk backups) {}

    /**
     * What the server says of itself.
     *
     * @param routes of its own, as /healthz
     */
    public record Host(Supplier<ServerBody> facts, List<ApiRoute> routes, RequestObserver observer) {}

    public Api(Identity identity, UseCases useCases, Host host, ApiSettings settings, Clock clock) {
        CallerFilter callers = new CallerFilter(identity.verifier());
        Meter meter = new Meter(settings.rates(), System::nanoTime);
        Tickets tickets = new Tickets(clock, new SecureRandom());
        sockets = new ProgressSockets(useCases.engine().deployments(), callers, tickets, settings);
        logs = new LogRoutes(useCases.engine().operations(), clock);
        List<ApiRoute> all = new ArrayList<>(host.routes());
        all.addAll(new AuthRoutes(identity, clock).routes());
        all.addAll(new TicketRoutes(tickets).routes());
        all.addAll(new ServerRoutes(host.facts(), useCases.backups()).routes());
        all.addAll(new DeployRoutes(useCases.engine().deployments(), settings).routes());
        all.addAll(new StatusRoutes(useCases.engine().deployments()).routes());
        all.addAll(sockets.routes());
        all.addAll(new ProjectRoutes(useCases.projects(), useCases.engine().operations()).routes());
        all.addAll(new FileRoutes(useCases.edits()).routes());
        all.addAll(new ReleaseRoutes(useCases.engine().releases(), useCases.projects()).routes());
        all.addAll(new RegistryRoutes(useCases.registry()).routes());
        all.addAll(new ScanRoutes(useCases.engine().scans(), useCases.projects()).routes());
        all.addAll(new EnvRoutes(useCases.env()).routes());
        all.addAll(new SecretRoutes(useCases.secrets()).routes());
        all.addAll(new ImageRoutes(useCases.images()).routes());
        all.addAll(logs.routes());
        all.addAll(new OperationRoutes(useCases.engine().operations()).routes());
        all.addAll(new DocsRoutes(all).routes());
        routes = List.copyOf(all);
        dispatcher = new ApiDispatcher(routes, callers, meter, host.observer());
    }

    /** Everything that is served. */
    public List<ApiRoute> routes() {
        return routes;
    }

    public ApiDispatcher dispatcher() {
        return dispatcher;
    }

    public ProgressSockets sockets() {
        return sockets;
    }

    @Override
    public void close() {
        logs.close();
        sockets.close();
    }
}
