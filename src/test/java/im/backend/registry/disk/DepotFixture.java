package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.registry.NewManifest;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.s3.FaultyLine;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import im.backend.registry.s3.S3Settings;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Registries on one bucket of a real S3 server, over a line that breaks when it is told to. */
final class DepotFixture implements AutoCloseable {
    static final RepositoryName REPOSITORY = new RepositoryName("admin/shop");
    static final UserName USER = new UserName("admin");
    static final RegistryLimits NO_GRACE =
            new RegistryLimits(64L << 20, 64 * 1024, 10L << 30, 256, Duration.ZERO, Duration.ZERO);
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

    final S3Server server;
    final FaultyLine line;
    final S3Settings bucket;
    private final List<AutoCloseable> opened = new ArrayList<>();

    DepotFixture(S3Server server) throws IOException {
        this.server = server;
        this.line = new FaultyLine(server.port());
        this.bucket = server.newBucket();
    }

    S3Objects objects() {
        S3Objects objects = new S3Objects(S3Server.settings(bucket.bucket(), line.port()), Clock.systemUTC());
        opened.add(objects);
        return objects;
    }

    DiskRegistry open(Path folder) {
        return open(folder, RegistryLimits.DEFAULT, 1L << 30);
    }

    DiskRegistry open(Path folder, RegistryLimits limits, long cacheBytesMax) {
        Depot depot = new Depot(objects(), cacheBytesMax, Duration.ofMillis(200));
        DiskRegistry registry =
                new DiskRegistry(new DiskRegistrySettings(folder, limits, Optional.of(depot)), Clock.systemUTC());
        registry.start();
        opened.add(registry);
        return registry;
    }

    static byte[] random(int seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    static Digest write(DiskRegistry registry, byte[] content) {
        return registry.blobs().write(REPOSITORY, out -> out.write(content)).digest();
    }

    /** An image of one layer. */
    static StoredManifest push(DiskRegistry registry, byte[] layer, String tag) {
        Digest stored = write(registry, layer);
        Digest config = write(registry, ("{\"tag\":\"" + tag + "\"}").getBytes(StandardCharsets.UTF_8));
        return put(registry, stored, config, tag);
    }

    static StoredManifest put(DiskRegistry registry, Digest layer, Digest config, String tag) {
        byte[] manifest = ("{\"schemaVersion\":2,\"config\":{\"digest\":\"" + config + "\"},\"layers\":[{\"digest\":\""
                        + layer + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        return registry.put(REPOSITORY, new NewManifest(manifest, IMAGE, List.of(new Tag(tag))));
    }

    static Digest digestRead(DiskRegistry registry, Digest blob) throws IOException {
        try (var in = Channels.newInputStream(registry.blobs().open(blob))) {
            return Digest.of(blob.algorithm(), in.readAllBytes());
        }
    }

    /** Of a blob's object. */
    static String key(Digest digest) {
        return "blobs/sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex();
    }

    static StoredBlob blob(byte[] content) {
        return new StoredBlob(Digest.of(Digest.Algorithm.SHA256, content), content.length);
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
        line.close();
    }
}
