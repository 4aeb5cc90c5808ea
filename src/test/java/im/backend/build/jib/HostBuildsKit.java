package im.backend.build.jib;

import im.backend.build.BuildRequest;
import im.backend.build.BuiltImage;
import im.backend.build.FakeImageBases;
import im.backend.build.detect.Detection;
import im.backend.build.host.HostSandbox;
import im.backend.build.host.HostSandboxSettings;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchains;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Builds as a server runs them, with the real tools of this host in its real sandbox. */
abstract class HostBuildsKit {
    static final int ACCOUNT = 310_000;
    private static final Limits LIMITS = new Limits(2L << 30, 0, 512, 4096);
    private static final ProjectId PROJECT = new ProjectId("admin-shop");

    @TempDir
    Path folder;

    final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    /** Of the server, with what a test changes. */
    final Map<String, String> environment = new TreeMap<>(System.getenv());

    Launcher launcher;
    Toolchains toolchains;
    private final List<JibImageBuilder> opened = new ArrayList<>();

    @BeforeEach
    void startLauncher() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = new Launcher(HostSettings.in(folder.resolve("run")));
        launcher.start();
        toolchains = new Toolchains(folder.resolve("toolchains"));
    }

    /** A registry that has a bad day is easier to tell from a bug with the tool's own words. */
    @AfterEach
    void tellAndClose(TestReporter reporter) {
        if (!lines.isEmpty()) {
            reporter.publishEntry("build", String.join("\n", lines));
        }
        closeBuilders();
    }

    final void closeBuilders() {
        opened.forEach(JibImageBuilder::close);
        opened.clear();
    }

    /** Variables of the server that a build sees. */
    List<String> passedNames() {
        return List.of();
    }

    /** @param name two names share nothing but the tools */
    final JibImageBuilder builder(String name) {
        HostSandboxSettings settings = new HostSandboxSettings(
                folder.resolve(name).resolve("cache"),
                OptionalInt.of(ACCOUNT),
                LIMITS,
                Duration.ofMinutes(5),
                environment,
                passedNames());
        HostSandbox sandbox = new HostSandbox(settings, launcher, toolchains, Clock.systemUTC());
        sandbox.start();
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(folder.resolve(name).resolve("registry"), RegistryLimits.DEFAULT),
                Clock.systemUTC());
        registry.start();
        JibImageBuilder builder = new JibImageBuilder(
                new JibSettings(folder.resolve(name).resolve("images")),
                new Detection(),
                sandbox,
                new ImageStores(registry, new FakeImageBases(), Optional.empty()),
                Clock.systemUTC());
        builder.start();
        opened.add(builder);
        return builder;
    }

    final BuiltImage build(JibImageBuilder builder, InMemorySourceTree tree, AppManifest manifest) {
        return builder.build(new BuildRequest(PROJECT, tree, manifest, Map.of()), lines::add);
    }
}
