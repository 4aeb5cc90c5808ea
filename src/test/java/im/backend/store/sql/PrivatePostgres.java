package im.backend.store.sql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A PostgreSQL cluster of this test run alone: own folder, own port, loopback only. */
public final class PrivatePostgres implements AutoCloseable {
    private static final String UNPRIVILEGED = "postgres";

    private final Path binaries;
    private final Path folder;
    private final int port;
    private final AtomicInteger schemas = new AtomicInteger();

    private PrivatePostgres(Path binaries, Path folder, int port) {
        this.binaries = binaries;
        this.folder = folder;
        this.port = port;
    }

    /** Where {@code initdb} and {@code pg_ctl} are; empty when PostgreSQL is not installed. */
    public static Optional<Path> binaries() {
        List<Path> folders = new ArrayList<>();
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.sorted().map(version -> version.resolve("bin")).forEach(folders::addFirst);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            folders.add(Path.of(folder));
        }
        return folders.stream()
                .filter(folder ->
                        Files.isExecutable(folder.resolve("initdb")) && Files.isExecutable(folder.resolve("pg_ctl")))
                .findFirst();
    }

    public static PrivatePostgres start(Path binaries) {
        try {
            return tryStart(binaries);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException("PostgreSQL does not start", failure);
        }
    }

    private static PrivatePostgres tryStart(Path binaries) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("backendim-postgres");
        if (root()) {
            UserPrincipal owner =
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(UNPRIVILEGED);
            Files.setOwner(folder, owner);
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        PrivatePostgres cluster = new PrivatePostgres(binaries, folder, port);
        cluster.run(
                "initdb",
                "--pgdata=" + folder.resolve("data"),
                "--username=test",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
        cluster.run(
                "pg_ctl",
                "--pgdata=" + folder.resolve("data"),
                "--log=" + folder.resolve("log"),
                "--wait",
                "--silent",
                "--options=-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder
                        + " -c fsync=off -c shared_buffers=16MB -c max_connections=60",
                "start");
        return cluster;
    }

    /** A new, empty schema, which costs far less than a new database. */
    public DatabaseSettings.External create() throws SQLException {
        String name = "state" + schemas.incrementAndGet();
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, "test", "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + name);
        }
        return new DatabaseSettings.External(url + "?currentSchema=" + name, "test", "");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("pg_ctl", "--pgdata=" + folder.resolve("data"), "--mode=immediate", "--wait", "--silent", "stop");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    /** PostgreSQL refuses to run as root. */
    private void run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (root()) {
            command.addAll(List.of("setpriv", "--reuid=" + UNPRIVILEGED, "--regid=" + UNPRIVILEGED, "--clear-groups"));
        }
        command.add(binaries.resolve(program).toString());
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("backendim-postgres", ".log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        String output = Files.readString(log);
        Files.delete(log);
        if (!ended || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(program + " failed: " + output);
        }
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }
}
