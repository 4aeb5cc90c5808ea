package im.backend.server.facts;

import im.backend.config.ServerConfig;
import im.backend.file.FreeSpace;
import im.backend.host.HostFacts;
import im.backend.host.Launcher;
import im.backend.registry.disk.DepotReport;
import im.backend.wire.server.ServerBody;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What {@code doctor} and {@code /readyz} want to know. */
public final class ServerFacts {
    private final ServerConfig config;
    private final Path data;
    private final DataDisk disk;
    private final Launcher launcher;
    private final Life life;
    private final Apps apps;
    private final Supplier<Optional<DepotReport>> depot;

    /**
     * @param data the server's data folder
     * @param depot how the store of objects is that blobs are kept in; empty when they are kept in the data folder
     */
    public ServerFacts(
            ServerConfig config,
            Path data,
            Launcher launcher,
            Life life,
            Apps apps,
            Supplier<Optional<DepotReport>> depot) {
        this.config = config;
        this.data = data;
        this.disk = new DataDisk(data, new FreeSpace(data, config.limits().freeSpaceMinBytes()));
        this.launcher = launcher;
        this.life = life;
        this.apps = apps;
        this.depot = depot;
    }

    public record Life(Instant startedAt, BooleanSupplier stopping) {
        private ServerBody.Check check() {
            boolean ends = stopping.getAsBoolean();
            return new ServerBody.Check("running", !ends, ends ? "the server is stopping" : "yes", "");
        }
    }

    /**
     * Where apps run and answer.
     *
     * @param url with {@code *} for the label of the app
     * @param cluster how it is; empty when they run on this host
     */
    public record Apps(String url, Optional<Supplier<ServerBody.Check>> cluster) {}

    public ServerBody body() {
        return new ServerBody(
                version(),
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                life.startedAt(),
                apps.cluster().isPresent() ? "kubernetes" : "local",
                apps.url(),
                checks(),
                new ServerLimits(config).byName());
    }

    /** From the jar's manifest; a build directory has none. */
    private static String version() {
        return Optional.ofNullable(ServerFacts.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** Those that decide whether the server takes deployments. */
    public List<ServerBody.Check> readiness() {
        return List.of(disk.write(), disk.room(), life.check());
    }

    private List<ServerBody.Check> checks() {
        List<ServerBody.Check> checks = new ArrayList<>(readiness());
        apps.cluster().map(Supplier::get).ifPresent(checks::add);
        checks.add(depot.get()
                .map(ServerFacts::objectStore)
                .orElseGet(() -> new ServerBody.Check("registry blobs", true, "in " + data.resolve("registry"), "")));
        if (apps.cluster().isEmpty()) {
            checks.add(new AppData(data.resolve("volumes")).check());
        }
        HostFacts facts = launcher.facts();
        checks.add(sandbox(facts));
        facts.limits().forEach((name, how) -> checks.add(new ServerBody.Check("limit of " + name, true, how, "")));
        return checks;
    }

    private static ServerBody.Check objectStore(DepotReport report) {
        boolean waits = report.waitingBlobs() + report.waitingRepositories() > 0;
        String detail = "in " + report.place() + ", " + (report.cacheBytes() >> 20) + " of "
                + (report.cacheBytesMax() >> 20) + " MiB copied here"
                + (waits
                        ? "; " + report.waitingBlobs() + " blobs and the tags of " + report.waitingRepositories()
                                + " repositories are still to be sent"
                        : "");
        return new ServerBody.Check(
                "registry blobs",
                report.failure().isEmpty(),
                detail,
                report.failure().orElse(""));
    }

    private static ServerBody.Check sandbox(HostFacts facts) {
        String what = facts.sandbox().description() + "; apps share the host's network";
        return new ServerBody.Check(
                "sandbox",
                facts.sandbox() != HostFacts.SandboxKind.NONE,
                facts.reason().isEmpty() ? what : what + ": " + facts.reason(),
                facts.fix());
    }
}
