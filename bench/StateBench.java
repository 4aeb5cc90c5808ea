import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.UserName;
import im.backend.store.sql.Database;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.SqlDeploymentLog;
import im.backend.store.sql.SqlProjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;

/**
 * Measures the durable state by itself, without HTTP: {@code java -cp backendim.jar StateBench.java FOLDER SMALL LARGE}.
 * Prints {@code name value} lines; times are in microseconds.
 */
final class StateBench {
    private static final ProjectId PROJECT = new ProjectId("admin-bench");
    private static final int CLIENTS = 16;
    private static final int SAMPLES = 2000;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final DeploymentEvent.Failed ENDED = new DeploymentEvent.Failed(
            DeploymentStatus.QUEUED, "superseded", "A newer deployment took its place.", "", List.of());

    private final Path folder;
    private final Database database;
    private final SqlDeploymentLog log;
    private final List<DeploymentId> ids = new ArrayList<>();

    private StateBench(Path folder) {
        this.folder = folder;
        this.database = new Database(new DatabaseSettings.Embedded(folder.resolve("db")), Clock.systemUTC());
        this.log = new SqlDeploymentLog(database, Clock.systemUTC());
    }

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        StateBench bench = new StateBench(Path.of(arguments[0]));
        long start = System.nanoTime();
        bench.database.start();
        print("open_empty_ms", (System.nanoTime() - start) / 1e6);
        new SqlProjectStore(bench.database, Clock.systemUTC()).create(PROJECT);
        bench.fill(Integer.parseInt(arguments[1]));
        bench.measure("small");
        bench.accept();
        bench.fill(Integer.parseInt(arguments[2]));
        bench.measure("large");
        bench.database.close();
        // H2 gives up what was overwritten once it is older than its retention time.
        Thread.sleep(Duration.ofSeconds(50));
        bench.database.start();
        bench.database.close();
        long bytes = Files.size(Path.of(arguments[0], "db", "state.mv.db"));
        print("bytes_per_deployment", (double) bytes / bench.ids.size());
        System.exit(0);
    }

    /** What a deployment costs when 16 clients ask at once, and what the disk alone costs in the same minute. */
    private void accept() throws Exception {
        for (int round = 0; round < 3; round++) {
            print("fdatasync_p95", percentile(fdatasync(500), 95));
            long flushes = database.flushes();
            List<Double> accepted = opened(SAMPLES);
            print("accept_p95", percentile(accepted, 95));
            print("accept_p50", percentile(accepted, 50));
            print("writes_per_flush", (double) SAMPLES / (database.flushes() - flushes));
        }
    }

    private void measure(String size) {
        List<Double> lists = new ArrayList<>();
        List<Double> finds = new ArrayList<>();
        List<Double> opens = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            DeploymentId id = ids.get((int) ((i * 7919L) % ids.size()));
            double list = micros(() -> log.list(PROJECT, Instant.MAX, 20));
            double find = micros(() -> log.find(id));
            if (i > SAMPLES / 4) {
                lists.add(list);
                finds.add(find);
            }
        }
        for (int i = 0; i < SAMPLES; i++) {
            opens.add(micros(this::open));
        }
        print("list_" + size + "_p95", percentile(lists, 95));
        print("list_" + size + "_p50", percentile(lists, 50));
        print("find_" + size + "_p95", percentile(finds, 95));
        print("find_" + size + "_p50", percentile(finds, 50));
        print("enqueue_" + size + "_p50", percentile(opens, 50));
        print("enqueue_" + size + "_p95", percentile(opens, 95));
    }

    private void fill(int count) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> done = new ArrayList<>();
            int missing = count - ids.size();
            for (int i = 0; i < missing; i++) {
                done.add(threads.submit(() -> {
                    DeploymentId id = open();
                    log.append(id, ENDED);
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
    }

    private List<Double> opened(int count) throws Exception {
        List<Double> samples = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Double>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                calls.add(() -> micros(this::open));
            }
            for (Future<Double> sample : threads.invokeAll(calls)) {
                samples.add(sample.get());
            }
        }
        return samples;
    }

    private DeploymentId open() {
        Instant now = Instant.now();
        Deployment asked = new Deployment(
                DeploymentId.at(now, RANDOM),
                PROJECT,
                new CommitHash("0123456789abcdef0123456789abcdef01234567"),
                new UserName("admin"),
                Deployment.Origin.UPLOAD,
                Optional.<ReleaseVersion>empty(),
                now,
                DeploymentStatus.QUEUED,
                0,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        log.open(
                asked,
                new DeploymentEvent.Entered(DeploymentStatus.QUEUED, List.of("Waiting for its turn.")),
                Optional.empty());
        synchronized (ids) {
            ids.add(asked.id());
        }
        return asked.id();
    }

    private List<Double> fdatasync(int count) throws IOException {
        List<Double> samples = new ArrayList<>();
        Path file = folder.resolve("loop");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < count; i++) {
                ByteBuffer block = ByteBuffer.allocate(4096);
                long at = 4096L * i;
                samples.add(micros(() -> {
                    try {
                        channel.write(block, at);
                        channel.force(false);
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                }));
            }
        }
        return samples;
    }

    private static double micros(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e3;
    }

    private static double percentile(List<Double> samples, int percent) {
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static void print(String name, double value) {
        System.out.printf("%s %.1f%n", name, value);
    }
}
