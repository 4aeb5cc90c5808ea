package im.backend.server;

import im.backend.config.ServerConfig;
import im.backend.host.HostFacts;
import im.backend.host.Launcher;
import im.backend.registry.disk.DepotReport;
import im.backend.wire.server.ServerBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What {@code doctor} and {@code /readyz} want to know. */
final class ServerFacts {
    private final ServerConfig config;
    private final DataFolder data;
    private final Launcher launcher;
    private final Instant startedAt;
    private final BooleanSupplier stopping;
    private final Apps apps;
    private final Supplier<Optional<ServerBody.Check>> blobs;

    ServerFacts(
            ServerConfig config,
            DataFolder data,
            Launcher launcher,
            Instant startedAt,
            BooleanSupplier stopping,
            Apps apps,
            Supplier<Optional<ServerBody.Check>> blobs) {
        this.config = config;
        this.data = data;
        this.launcher = launcher;
        this.startedAt = startedAt;
        this.stopping = stopping;
        this.apps = apps;
        this.blobs = blobs;
    }

    ServerBody body() {
        return new ServerBody(
                version(),
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                startedAt,
                apps.cluster().isPresent() ? "kubernetes" : "local",
                apps.url(),
                checks(),
                new ServerLimits(config).byName());
    }

    /**
     * Where apps run and answer.
     *
     * @param url with {@code *} for the label of the app
     * @param cluster how it is; empty when they run on this host
     */
    record Apps(String url, Optional<Supplier<ServerBody.Check>> cluster) {}

    /** From the jar's manifest; a build directory has none. */
    static String version() {
        return Optional.ofNullable(ServerFacts.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** Those that decide whether the server takes deployments. */
    List<ServerBody.Check> readiness() {
        long free = data.freeBytes();
        long wanted = config.limits().freeSpaceMinBytes();
        return List.of(
                new ServerBody.Check(
                        "data folder",
                        data.writable(),
                        data.path() + (data.writable() ? " can be written" : " can not be written"),
                        data.writable() ? "" : "Check the disk and the folder's owner"),
                new ServerBody.Check(
                        "disk space",
                        free >= wanted,
                        (free >> 20) + " MiB free",
                        free >= wanted
                                ? ""
                                : "Uploads and pushes are refused. Free at least " + (wanted >> 20)
                                        + " MiB, by backendim registry gc or by deleting projects"),
                new ServerBody.Check(
                        "running",
                        !stopping.getAsBoolean(),
                        stopping.getAsBoolean() ? "the server is stopping" : "yes",
                        ""));
    }

    private List<ServerBody.Check> checks() {
        List<ServerBody.Check> checks = new ArrayList<>(readiness());
        apps.cluster().map(Supplier::get).ifPresent(checks::add);
        checks.add(blobs.get()
                .orElseGet(() -> new ServerBody.Check("registry blobs", true, "in " + data.resolve("registry"), "")));
        if (apps.cluster().isEmpty()) {
            checks.add(new AppData(data.resolve("volumes")).check());
        }
        HostFacts facts = launcher.facts();
        boolean sandboxed = facts.sandbox() != HostFacts.SandboxKind.NONE;
        String sandbox = facts.sandbox().description() + "; apps share the host's network";
        checks.add(new ServerBody.Check(
                "sandbox",
                sandboxed,
                facts.reason().isEmpty() ? sandbox : sandbox + ": " + facts.reason(),
                facts.fix()));
        facts.limits().forEach((name, how) -> checks.add(new ServerBody.Check("limit of " + name, true, how, "")));
        return checks;
    }

    static ServerBody.Check objectStore(DepotReport report) {
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
}
