package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.registry.NewManifest;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import im.backend.registry.Uploads;
import im.backend.registry.disk.shelf.Depot;
import im.backend.registry.s3.S3Objects;
import im.backend.registry.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Pushes images without end, in parts and by several threads, and names each tag once it was stored; made to be killed. */
final class CrashingPusher {
    static final RepositoryName REPOSITORY = new RepositoryName("admin/shop");
    static final UserName USER = new UserName("admin");
    private static final int THREADS = 3;
    private static final int LAYER_BYTES = 200_000;

    private CrashingPusher() {}

    public static void main(String[] arguments) {
        Optional<Depot> depot = arguments.length == 2
                ? Optional.empty()
                : Optional.of(depot(arguments[2], Integer.parseInt(arguments[3])));
        DiskRegistry registry = new DiskRegistry(
                new DiskRegistrySettings(Path.of(arguments[0]), RegistryLimits.DEFAULT, depot), Clock.systemUTC());
        registry.start();
        for (int thread = 0; thread < THREADS; thread++) {
            String name = arguments[1] + "-" + thread;
            Thread.ofPlatform().start(() -> push(registry, name));
        }
    }

    private static Depot depot(String bucket, int port) {
        return new Depot(
                new S3Objects(S3Server.settings(bucket, port), Clock.systemUTC()), 1L << 30, Duration.ofSeconds(1));
    }

    private static void push(DiskRegistry registry, String name) {
        Random random = new Random(name.hashCode());
        for (int round = 0; ; round++) {
            byte[] layer = new byte[LAYER_BYTES];
            random.nextBytes(layer);
            Digest digest = upload(registry, layer);
            Digest config = upload(registry, ("{\"x\":" + round + "}").getBytes(StandardCharsets.UTF_8));
            byte[] manifest = ("{\"schemaVersion\":2,\"config\":{\"digest\":\"" + config
                            + "\"},\"layers\":[{\"digest\":\"" + digest + "\"}]}")
                    .getBytes(StandardCharsets.UTF_8);
            String tag = name + "-" + round;
            StoredManifest stored = registry.put(
                    REPOSITORY,
                    new NewManifest(
                            manifest,
                            "application/vnd.oci.image.manifest.v1+json",
                            List.of(new Tag(tag), new Tag("latest"))));
            say("pushed " + tag + " " + stored.digest());
        }
    }

    private static Digest upload(DiskRegistry registry, byte[] blob) {
        Uploads.Upload upload = registry.uploads().start(REPOSITORY, USER, Digest.Algorithm.SHA256);
        int half = blob.length / 2;
        try {
            upload.append(new ByteArrayInputStream(blob, 0, half));
            say("upload " + upload.id() + " " + Digest.of(Digest.Algorithm.SHA256, Arrays.copyOf(blob, half)));
            upload.append(new ByteArrayInputStream(blob, half, blob.length - half));
        } catch (IOException fromMemory) {
            throw new IllegalStateException(fromMemory);
        }
        return upload.finish(Digest.of(Digest.Algorithm.SHA256, blob)).digest();
    }

    private static void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
