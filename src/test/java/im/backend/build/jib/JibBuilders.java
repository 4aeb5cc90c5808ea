package im.backend.build.jib;

import im.backend.build.FakeBuildSandbox;
import im.backend.build.FakeImageBases;
import im.backend.build.detect.Detection;
import im.backend.registry.disk.DiskRegistry;
import im.backend.registry.disk.DiskRegistrySettings;
import im.backend.registry.disk.RegistryLimits;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builders whose sandbox and bases do what a test says. */
final class JibBuilders implements AutoCloseable {
    final FakeBuildSandbox sandbox = new FakeBuildSandbox();
    final FakeImageBases bases = new FakeImageBases();
    private final List<JibImageBuilder> opened = new ArrayList<>();

    JibImageBuilder open(Path folder, Clock clock) {
        JibImageBuilder builder = new JibImageBuilder(
                new JibSettings(folder),
                new Detection(),
                sandbox,
                new ImageStores(registry(folder, clock), bases, Optional.empty()),
                clock);
        builder.start();
        opened.add(builder);
        return builder;
    }

    /** The one that a builder in this folder writes to. */
    static DiskRegistry registry(Path folder, Clock clock) {
        DiskRegistry registry =
                new DiskRegistry(new DiskRegistrySettings(folder.resolve("registry"), RegistryLimits.DEFAULT), clock);
        registry.start();
        return registry;
    }

    @Override
    public void close() {
        opened.forEach(JibImageBuilder::close);
    }
}
