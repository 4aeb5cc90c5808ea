package im.backend.server;

import im.backend.api.Api;
import im.backend.build.BuildSandbox;
import im.backend.build.ImageBases;
import im.backend.build.Platform;
import im.backend.build.base.ImageBasesSettings;
import im.backend.build.base.RegistryImageBases;
import im.backend.build.detect.Detection;
import im.backend.build.host.HostSandbox;
import im.backend.build.host.HostSandboxSettings;
import im.backend.build.jib.ImageStores;
import im.backend.build.jib.JibImageBuilder;
import im.backend.build.jib.JibSettings;
import im.backend.build.remote.ExternalRegistry;
import im.backend.build.remote.Mirrors;
import im.backend.build.remote.RemoteSettings;
import im.backend.config.ServerConfig;
import im.backend.domain.SecretValue;
import im.backend.host.Launcher;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchains;
import im.backend.registry.ImageRegistry;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.oci.OciRoutes;
import im.backend.registry.oci.OciSettings;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Settings;
import im.backend.store.ReleaseStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The part of {@link Wiring} that makes images: the registry, the base images in it, the builds that write to it. */
final class ImageWiring {
    /** Builds get uids of their own, above those of the apps. */
    private static final int BUILD_UID_DISTANCE = 100_000;

    private static final int BUILD_FILES_MAX = 4_096;
    /** Languages whose base has no compiler are built in another image. */
    private static final Map<String, String> COMPILERS = Map.of(
            "go", "docker.io/library/golang:{version}",
            "java", "docker.io/library/maven:3-eclipse-temurin-{version}");

    private static final Duration REGISTRY_STALL_MAX = Duration.ofSeconds(30);
    private static final Duration CATCH_UP_EVERY = Duration.ofSeconds(15);

    private final ServerConfig config;
    private final DataFolder data;
    private final Clock clock;
    private final Closing closing;
    private final Optional<ClusterWiring> cluster;

    /** @param cluster whose nodes pull images; empty where they run on this host */
    ImageWiring(ServerConfig config, DataFolder data, Clock clock, Closing closing, Optional<ClusterWiring> cluster) {
        this.config = config;
        this.data = data;
        this.clock = clock;
        this.closing = closing;
        this.cluster = cluster;
    }

    DiskRegistry registry() {
        ServerConfig.Registry limits = config.registry();
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(
                        data.resolve("registry"),
                        new RegistryLimits(
                                limits.blobMaxBytes(),
                                Math.toIntExact(limits.manifestMaxBytes()),
                                limits.quotaBytes(),
                                limits.uploadsMax(),
                                limits.uploadTtl(),
                                limits.gcGrace()),
                        limits.s3().map(this::depot),
                        config.limits().freeSpaceMinBytes()),
                clock);
        closing.add("registry", registry);
        registry.start();
        return registry;
    }

    private Depot depot(ServerConfig.S3 s3) {
        S3Objects objects = new S3Objects(
                new S3Settings(
                        s3.endpoint(),
                        s3.region(),
                        s3.bucket(),
                        s3.prefix().map(folders -> folders + "/").orElse(""),
                        S3Settings.Login.fromFile(s3.accessKey(), s3.secretKeyFile()),
                        switch (s3.addressing()) {
                            case PATH -> S3Settings.Addressing.PATH;
                            case VIRTUAL_HOST -> S3Settings.Addressing.VIRTUAL_HOST;
                        },
                        S3Settings.Limits.DEFAULT),
                clock);
        closing.add("object store", objects);
        return new Depot(objects, s3.cacheMaxBytes(), CATCH_UP_EVERY);
    }

    /** Collects once an hour; what releases still need is asked each time. */
    void upkeep(DiskRegistry registry, ReleaseStore releases) {
        RegistryUpkeep upkeep = new RegistryUpkeep(registry, releases);
        upkeep.start();
        closing.add("registry upkeep", upkeep);
    }

    /** @param nodes what the nodes of a cluster say when they pull */
    OciRoutes routes(DiskRegistry registry, Api.Identity identity, Optional<SecretValue> nodes) {
        ServerConfig.Registry limits = config.registry();
        boolean open = switch (limits.auth()) {
            case TOKEN -> false;
            case NONE -> true;
        };
        return new OciRoutes(
                new OciSettings("backendim", Math.toIntExact(limits.manifestMaxBytes()), limits.pageMax()),
                registry,
                registry.uploads(),
                new RegistryDoor(identity, open, nodes));
    }

    RegistryImageBases bases(ImageRegistry registry) {
        return bases(registry, config.images().bases());
    }

    /** @param rows by runtime */
    private RegistryImageBases bases(ImageRegistry registry, Map<String, String> rows) {
        ServerConfig.Images images = config.images();
        ImageBasesSettings settings = new ImageBasesSettings(
                switch (images.use()) {
                    // A container has no host to lend it a runtime.
                    case AUTO -> cluster.isPresent() ? ImageBasesSettings.Use.ALWAYS : ImageBasesSettings.Use.AUTO;
                    case ALWAYS -> ImageBasesSettings.Use.ALWAYS;
                    case NEVER -> ImageBasesSettings.Use.NEVER;
                },
                data.resolve("spool"),
                rows,
                images.allowed(),
                images.imageMaxBytes());
        return new RegistryImageBases(
                settings,
                registry,
                new Mirrors(images.mirrors(), external(), REGISTRY_STALL_MAX),
                Platform.ofThisHost());
    }

    private Optional<RemoteSettings> external() {
        ServerConfig.Push push = config.images().push();
        return push.url()
                .map(url -> new RemoteSettings(
                        url,
                        push.username()
                                .flatMap(user ->
                                        push.passwordFile().map(file -> RemoteSettings.Login.fromFile(user, file))),
                        REGISTRY_STALL_MAX));
    }

    JibImageBuilder builder(Launcher launcher, Toolchains toolchains, ImageRegistry registry, ImageBases bases) {
        JibImageBuilder images = new JibImageBuilder(
                new JibSettings(
                        data.resolve("images"),
                        cluster.isPresent() ? JibSettings.Opening.PULLED : JibSettings.Opening.UNPACKED),
                new Detection(),
                sandbox(launcher, toolchains, registry),
                new ImageStores(registry, bases, external().map(settings -> new ExternalRegistry(settings, registry))),
                clock);
        images.start();
        closing.add("images", images);
        return images;
    }

    private BuildSandbox sandbox(Launcher launcher, Toolchains toolchains, ImageRegistry registry) {
        int firstUid = config.local().uidBase() + BUILD_UID_DISTANCE;
        HostSandboxSettings settings = new HostSandboxSettings(
                data.resolve("cache"),
                launcher.hasAccounts() ? OptionalInt.of(firstUid) : OptionalInt.empty(),
                new Limits(config.build().memoryMaxBytes(), 0, config.build().processesMax(), BUILD_FILES_MAX),
                config.build().timeMax(),
                System.getenv(),
                config.build().environment());
        HostSandbox sandbox = new HostSandbox(settings, launcher, toolchains, clock);
        sandbox.start();
        if (cluster.isEmpty()) {
            return sandbox;
        }
        Map<String, String> rows = new TreeMap<>(config.images().bases());
        rows.putAll(COMPILERS);
        return cluster.get().sandbox(sandbox, bases(registry, rows), settings.passedEnvironment());
    }
}
