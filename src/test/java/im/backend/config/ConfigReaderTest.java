package im.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.config.ServerConfig.Use;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Violation;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
    @TempDir
    private Path home;

    @Test
    void nothingSetMeansTheDefaults() {
        ServerConfig config = ConfigReader.read(null, Map.of("HOME", home.toString()), Map.of())
                .config();

        assertThat(config.data()).isEqualTo(home.resolve(".local/share/backendim"));
        assertThat(config.server()).isEqualTo(new ServerConfig.Listener("127.0.0.1", 8080, Duration.ofSeconds(30)));
        assertThat(config.apps()).isEqualTo(new ServerConfig.Apps("127.0.0.1", 8000, "localhost", 0));
        assertThat(config.limits().uploadMaxBytes()).isEqualTo(100L << 20);
        assertThat(config.build().environment()).contains("PIP_*", "SSL_CERT_FILE");
        assertThat(config.keys().masterKeyFile()).isEmpty();
    }

    @Test
    void flagsWinOverTheEnvironmentWhichWinsOverTheFile() throws IOException {
        Path file = Files.writeString(home.resolve("my.yml"), """
            server:
              port: 1
              host: 10.0.0.1
            apps.port: 3
            local: {sandbox: bubblewrap}
            build:
              environment: [PIP_INDEX_URL, UV_*]
            secrets: {master-key-file: /run/keys/master}
            """);

        LoadedConfig loaded = ConfigReader.read(
                file,
                Map.of("HOME", home.toString(), "BACKENDIM_SERVER_PORT", "2", "BACKENDIM_APPS_PORT", "4"),
                Map.of("apps.port", "5"));

        assertThat(loaded.config().server().host()).isEqualTo("10.0.0.1");
        assertThat(loaded.config().server().port()).isEqualTo(2);
        assertThat(loaded.config().apps().port()).isEqualTo(5);
        assertThat(loaded.config().local().sandbox()).isEqualTo(Use.REQUIRED);
        assertThat(loaded.config().build().environment()).containsExactly("PIP_INDEX_URL", "UV_*");
        assertThat(loaded.config().keys().masterKeyFile()).isEqualTo(Optional.of(Path.of("/run/keys/master")));
        assertThat(loaded.lines())
                .contains(
                        new LoadedConfig.Line("server.host", "10.0.0.1", "my.yml 3:3"),
                        new LoadedConfig.Line("server.port", "2", "BACKENDIM_SERVER_PORT"),
                        new LoadedConfig.Line("apps.port", "5", "flag apps.port"),
                        new LoadedConfig.Line("log-level", "info", "default"));
    }

    @Test
    void aDatabaseOfYoursNeedsAnAddressAndAUserAndNeverAPasswordInTheAddress() {
        Map<String, String> environment = Map.of("HOME", home.toString());

        ServerConfig config = ConfigReader.read(
                        null,
                        environment,
                        Map.of(
                                "database.url",
                                "jdbc:postgresql://db.example.com:5432/state",
                                "database.user",
                                "backendim"))
                .config();

        assertThat(config.state().url()).contains("jdbc:postgresql://db.example.com:5432/state");
        for (Map<String, String> wrong : List.of(
                Map.of("database.url", "jdbc:postgresql://db/state?user=a&password=secret", "database.user", "a"),
                Map.of("database.url", "jdbc:h2:mem:state", "database.user", "a"),
                Map.of("database.url", "jdbc:postgresql://db/state"),
                Map.of("database.user", "a"))) {
            assertThat(catchThrowableOfType(ProblemException.class, () -> ConfigReader.read(null, environment, wrong))
                            .problem()
                            .slug())
                    .isEqualTo("config-invalid");
        }
    }

    @Test
    void theUsersOwnFileIsFound() throws IOException {
        Path folder = Files.createDirectories(home.resolve("config/backendim"));
        Files.writeString(folder.resolve("backendim.yml"), "deploy.concurrency: 2\n");

        ServerConfig config = ConfigReader.read(
                        null, Map.of("XDG_CONFIG_HOME", home.resolve("config").toString()), Map.of())
                .config();

        assertThat(config.deploy().concurrency()).isEqualTo(2);
    }

    @Test
    void aRegistryWithoutLoginStaysOnTheLoopbackAddress() {
        Map<String, String> home = Map.of("HOME", this.home.toString());

        ProblemException refused = catchThrowableOfType(
                ProblemException.class,
                () -> ConfigReader.read(null, home, Map.of("registry.auth", "none", "server.host", "0.0.0.0")));
        ServerConfig local =
                ConfigReader.read(null, home, Map.of("registry.auth", "none")).config();

        Violation fault = ((Problem.Invalid) refused.problem()).violations().getFirst();
        assertThat(fault.pointer()).isEqualTo("registry.auth");
        assertThat(fault.message()).contains("0.0.0.0", "expected: token, or server.host 127.0.0.1");
        assertThat(local.registry().auth()).isEqualTo(ServerConfig.RegistryAuth.NONE);
    }

    @Test
    void allFaultsOfAllSourcesAreToldAtOnce() throws IOException {
        Path file =
                Files.writeString(home.resolve("c.yml"), "server:\n  prot: 1\nlogging: {level: x}\nlog-level: loud\n");

        ProblemException refused = catchThrowableOfType(
                ProblemException.class,
                () -> ConfigReader.read(
                        file,
                        Map.of("HOME", home.toString(), "BACKENDIM_SERVR_PORT", "1", "BACKENDIM_URL", "http://x"),
                        Map.of("apps.port", "99999", "local.port-min", "25000", "local.port-max", "24000")));

        Problem.Invalid problem = (Problem.Invalid) refused.problem();
        assertThat(problem.slug()).isEqualTo("config-invalid");
        assertThat(problem.violations())
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder(
                        "c.yml 2:3",
                        "c.yml 3:1",
                        "c.yml 4:1",
                        "BACKENDIM_SERVR_PORT",
                        "flag apps.port",
                        "local.port-min");
        assertThat(problem.violations())
                .extracting(Violation::message)
                .contains(
                        "unknown setting \"server.prot\" (did you mean server.port?)",
                        "unknown variable \"BACKENDIM_SERVR_PORT\" (did you mean BACKENDIM_SERVER_PORT?)",
                        "log-level: \"loud\" (expected: error, warn, info or debug)");
    }

    @Test
    void aFileThatIsNotThereOrIsNotYamlIsNamed() throws IOException {
        Path broken = Files.writeString(home.resolve("c.yml"), "server:\n\tport: 1\n");

        assertThat(refusedDetail(home.resolve("absent.yml")))
                .contains("absent.yml")
                .contains("could not be read");
        assertThat(refusedDetail(broken)).contains("c.yml 2:1: a tab (expected: spaces");
    }

    @Test
    void twoListenersOnOnePortAreRefused() {
        ProblemException refused = catchThrowableOfType(
                ProblemException.class,
                () -> ConfigReader.read(null, Map.of("HOME", home.toString()), Map.of("apps.port", "8080")));

        assertThat(refused.problem().detail()).contains("8080 is server.port too");
    }

    @Test
    void anS3StoreIsWholeOrNotThere() throws IOException {
        Path file = Files.writeString(home.resolve("s3.yml"), """
                registry:
                  s3:
                    endpoint: http://10.0.0.5:9000
                    bucket: images
                    access-key: backendim
                    secret-key-file: /etc/backendim/s3.secret
                    prefix: servers/one
                    path-style: false
                """);
        Path half = Files.writeString(home.resolve("half.yml"), "registry.s3.bucket: images");

        ServerConfig.S3 s3 = ConfigReader.read(file, Map.of("HOME", home.toString()), Map.of())
                .config()
                .registry()
                .s3()
                .orElseThrow();
        assertThat(s3.bucket()).isEqualTo("images");
        assertThat(s3.addressing()).isEqualTo(ServerConfig.S3Addressing.VIRTUAL_HOST);
        assertThat(s3.cacheMaxBytes()).isEqualTo(10L << 30);
        assertThat(refusedDetail(half)).contains("registry.s3 is not whole");
    }

    @Test
    void anS3AddressWithAPathOrAPasswordIsRefused() throws IOException {
        for (String bad : new String[] {"https://host/path", "https://user:pw@host", "ftp://host", "host:9000"}) {
            Path file = Files.writeString(home.resolve("bad.yml"), "registry.s3.endpoint: " + bad);

            assertThat(refusedDetail(file)).contains("registry.s3.endpoint", "without a path");
        }
    }

    @Test
    void everySettingIsInTheTableAndItsDefaultIsAllowed() {
        long declared = Stream.of(Settings.class, OrchestratorSettings.class, BlobStoreSettings.class)
                .flatMap(table -> Arrays.stream(table.getDeclaredFields()))
                .filter(field -> field.getType().equals(Setting.class))
                .map(Field::getName)
                .count();

        assertThat(Settings.all()).hasSize((int) declared);
        assertThat(Settings.all())
                .filteredOn(setting -> !setting.key().equals("data"))
                .allSatisfy(setting -> assertThat(setting.kind().parse().apply(setting.fallback()))
                        .as(setting.key())
                        .isPresent());
    }

    private String refusedDetail(Path file) {
        return catchThrowableOfType(
                        ProblemException.class,
                        () -> ConfigReader.read(file, Map.of("HOME", home.toString()), Map.of()))
                .problem()
                .detail();
    }
}
