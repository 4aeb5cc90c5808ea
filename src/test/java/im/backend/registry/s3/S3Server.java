package im.backend.registry.s3;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.backend.registry.s3.S3Settings.Addressing;
import im.backend.registry.s3.S3Settings.Limits;
import im.backend.registry.s3.S3Settings.Login;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real S3 server of this test run alone, on the loopback. */
public final class S3Server implements AutoCloseable {
    public static final Login LOGIN = new Login("backendim-test", "a-secret/with+signs-0123456789");
    /** Gives up soon, so that a test of a store that is away is short. */
    public static final Limits IMPATIENT =
            new Limits(5 << 20, Duration.ofSeconds(2), Duration.ofSeconds(5), 1 << 20, 3, Duration.ofMillis(20));

    private final Process process;
    private final Path folder;
    private final int port;

    private S3Server(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** Independent implementations. */
    public enum Kind {
        /** github.com/versity/versitygw: objects are files; checks signatures and the hashes of bodies. */
        VERSITYGW("versitygw"),
        /** moto (PyPI: moto[server]): objects are in memory; takes any signature. */
        MOTO("moto_server");

        private final String program;

        Kind(String program) {
            this.program = program;
        }

        private Optional<Path> find() {
            return Stream.concat(
                            Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                                    .map(Path::of),
                            Stream.of(Path.of(System.getProperty("user.home"), "go", "bin")))
                    .map(folder -> folder.resolve(program))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    /** The one that checks most of what is here; the test is skipped where there is none. */
    public static S3Server startAny() throws IOException {
        return start(Kind.VERSITYGW.find().isPresent() ? Kind.VERSITYGW : Kind.MOTO);
    }

    /** The test is skipped where it is not installed. */
    public static S3Server start(Kind kind) throws IOException {
        Optional<Path> program = kind.find();
        assumeTrue(
                program.isPresent(),
                kind.program + " is not on the PATH (go install github.com/versity/versitygw/cmd/versitygw@latest, or"
                        + " pip install 'moto[server]')");
        Path folder = Files.createTempDirectory("backendim-s3");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path data = Files.createDirectory(folder.resolve("data"));
        Path parts = Files.createDirectory(folder.resolve("sidecar"));
        List<String> command = switch (kind) {
            case VERSITYGW ->
                List.of(
                        program.get().toString(),
                        "--port",
                        "127.0.0.1:" + port,
                        "--quiet",
                        "--keep-alive",
                        "posix",
                        "--sidecar",
                        parts.toString(),
                        data.toString());
            case MOTO -> List.of(program.get().toString(), "-H", "127.0.0.1", "-p", String.valueOf(port));
        };
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of("ROOT_ACCESS_KEY", LOGIN.accessKey(), "ROOT_SECRET_KEY", LOGIN.secretKey()));
        S3Server server = new S3Server(builder.start(), folder, port);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(server::listens);
        return server;
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the S3 server ended: " + folder.resolve("log"));
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** A new, empty bucket. */
    public S3Settings newBucket() {
        S3Settings settings = settings("bucket-" + UUID.randomUUID(), port);
        try (S3Connection connection = new S3Connection(settings, Clock.systemUTC())) {
            S3Answer answer = connection.send(S3Request.of("PUT", "", Map.of()));
            if (!answer.isGood()) {
                throw new IllegalStateException("no bucket: " + answer.status() + " " + new String(answer.body()));
            }
        }
        return settings;
    }

    /** @param port of this server, or of what stands before it */
    public static S3Settings settings(String bucket, int port) {
        return new S3Settings(
                URI.create("http://127.0.0.1:" + port),
                "us-east-1",
                bucket,
                "a/prefix/",
                LOGIN,
                Addressing.PATH,
                IMPATIENT);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
