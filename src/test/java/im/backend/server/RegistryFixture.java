package im.backend.server;

import im.backend.api.Api;
import im.backend.api.http.SignIns;
import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.file.PrivateFile;
import im.backend.identity.IdentityProvider;
import im.backend.identity.jwt.JwtSettings;
import im.backend.identity.jwt.JwtTokens;
import im.backend.identity.jwt.SigningKeys;
import im.backend.problem.Problem;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.oci.OciRoutes;
import im.backend.registry.oci.OciSettings;
import im.backend.server.edge.Edge;
import im.backend.server.edge.EdgeLimits;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The registry behind the real edge, with real tokens. The keys of root (an administrator), ada and bob are their names. */
public final class RegistryFixture implements AutoCloseable {
    static final RegistryLimits LIMITS =
            new RegistryLimits(64L << 20, 4 << 20, 128L << 20, 256, Duration.ofHours(24), Duration.ofHours(24));
    private static final Map<String, Caller.Role> ACCOUNTS =
            Map.of("root", Caller.Role.ADMIN, "ada", Caller.Role.MEMBER, "bob", Caller.Role.MEMBER);

    private static final int WRONG_KEYS_PER_MINUTE = 100;
    private final Path folder;
    private final RegistryLimits limits;
    private final boolean open;
    private final JwtTokens tokens;
    private Optional<Depot> depot = Optional.empty();
    private DiskRegistry registry;
    private WebServer server;
    private Edge edge;

    public RegistryFixture(Path folder, RegistryLimits limits, boolean open) {
        this.folder = folder;
        this.limits = limits;
        this.open = open;
        SecureRandom random = new SecureRandom();
        SigningKeys keys = new SigningKeys(new PrivateFile(folder.resolve("keys"), "signing.jwk"), random);
        keys.start();
        this.tokens = new JwtTokens(keys, JwtSettings.DEFAULT, Clock.systemUTC(), random);
    }

    /** Its blobs are kept there. */
    RegistryFixture with(Depot store) {
        depot = Optional.of(store);
        return this;
    }

    public RegistryFixture start() {
        registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve("registry"), limits, depot), Clock.systemUTC());
        registry.start();
        OciRoutes routes = new OciRoutes(
                new OciSettings("backendim", limits.manifestBytesMax(), 1_000),
                registry,
                registry.uploads(),
                new RegistryDoor(
                        new Api.Identity(
                                new Accounts(),
                                new SignIns(new Accounts(), WRONG_KEYS_PER_MINUTE, System::nanoTime),
                                tokens,
                                tokens),
                        open,
                        Optional.empty()));
        edge = new Edge(EdgeLimits.defaults());
        WebServerConfig.Builder builder = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                .addRouting(HttpRouting.builder().register("/v2", routes));
        edge.harden(builder);
        edge.start();
        server = builder.build().start();
        return this;
    }

    /** On the same folder and with the same keys, at another port. */
    RegistryFixture restart() {
        stop();
        return start();
    }

    public DiskRegistry registry() {
        return registry;
    }

    Path folder() {
        return folder.resolve("registry");
    }

    public int port() {
        return server.port();
    }

    RegistryClient client(String key) {
        return new RegistryClient(
                "http://127.0.0.1:" + port(), "Basic " + Base64.getEncoder().encodeToString(("any:" + key).getBytes()));
    }

    RegistryClient anonymous() {
        return new RegistryClient("http://127.0.0.1:" + port(), "");
    }

    JwtTokens tokens() {
        return tokens;
    }

    private void stop() {
        server.stop();
        edge.close();
        registry.close();
    }

    @Override
    public void close() {
        stop();
    }

    private record Accounts() implements IdentityProvider {
        @Override
        public Caller authenticate(String key) {
            if (!ACCOUNTS.containsKey(key)) {
                throw new Problem.Unauthenticated("bad-credentials", "The key is not one of this server.")
                        .asException();
            }
            return new Caller(new UserName(key), ACCOUNTS.get(key));
        }

        @Override
        public Profile profile(UserName user) {
            return new Profile(user, user + "@localhost");
        }
    }
}
