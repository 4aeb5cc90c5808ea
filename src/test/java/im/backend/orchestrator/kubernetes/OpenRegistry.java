package im.backend.orchestrator.kubernetes;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.registry.RegistryAccess;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.registry.oci.OciRoutes;
import im.backend.registry.oci.OciSettings;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Our registry, open to whoever reaches it: a node's container runtime pulls from it. */
final class OpenRegistry implements AutoCloseable {
    private final DiskRegistry registry;
    private final WebServer server;
    private final String host;

    OpenRegistry(Path folder, InetSocketAddress address) {
        registry = new DiskRegistry(new DiskRegistrySettings(folder, RegistryLimits.DEFAULT), Clock.systemUTC());
        registry.start();
        String listens = address.getAddress().getHostAddress();
        host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : listens;
        OciRoutes routes =
                new OciRoutes(new OciSettings("test", 4 << 20, 100), registry, registry.uploads(), new Everybody());
        server = WebServer.builder()
                .host(listens)
                .port(address.getPort())
                .shutdownHook(false)
                .addRouting(HttpRouting.builder().register("/v2", routes))
                .build()
                .start();
    }

    DiskRegistry registry() {
        return registry;
    }

    String address() {
        return host + ":" + server.port();
    }

    @Override
    public void close() {
        server.stop();
    }

    private record Everybody() implements RegistryAccess {
        private static final Caller ADMIN = new Caller(new UserName("admin"), Caller.Role.ADMIN);

        @Override
        public Optional<Caller> anonymous() {
            return Optional.of(ADMIN);
        }

        @Override
        public Caller authenticate(String credential, String address) {
            return ADMIN;
        }

        @Override
        public Holder verify(String token) {
            return new Holder(ADMIN, List.of());
        }

        @Override
        public Pass issue(Caller caller, List<String> scopes) {
            throw new UnsupportedOperationException("nobody needs a token here");
        }
    }
}
