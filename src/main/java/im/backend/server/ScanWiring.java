package im.backend.server;

import im.backend.config.ServerConfig;
import im.backend.host.Launcher;
import im.backend.problem.Problem;
import im.backend.scan.ScanPolicy;
import im.backend.scan.Scanner;
import im.backend.scan.Scanning;
import im.backend.scan.Severity;
import im.backend.scan.osv.AdvisorySource;
import im.backend.scan.osv.OsvScanner;
import im.backend.scan.osv.OsvSettings;
import im.backend.scan.trivy.TrivyScanner;
import im.backend.scan.trivy.TrivySettings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The part of {@link Wiring} that looks packages up among known faults. */
final class ScanWiring {
    private static final Duration TRIVY_MAX = Duration.ofMinutes(10);
    private static final List<String> PASSED = List.of("SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "TRIVY_");

    private final ServerConfig.Scan config;
    private final Path folder;
    private final Map<String, String> environment;
    private final Clock clock;

    ScanWiring(ServerConfig.Scan config, Path folder, Map<String, String> environment, Clock clock) {
        this.config = config;
        this.folder = folder;
        this.environment = environment;
        this.clock = clock;
    }

    Scanning scanning(Launcher launcher) {
        return new Scanning(scanner(launcher), new ScanPolicy(block(), config.ignore()));
    }

    private Scanner scanner(Launcher launcher) {
        return switch (config.tool()) {
            case AUTO ->
                trivy().<Scanner>map(program -> trivy(program, launcher)).orElseGet(this::builtIn);
            case BUILTIN -> builtIn();
            case TRIVY -> trivy(trivy().orElseThrow(ScanWiring::noTrivy), launcher);
        };
    }

    private Scanner builtIn() {
        List<AdvisorySource> sources =
                config.sources().stream().map(AdvisorySource::parse).toList();
        return new OsvScanner(new OsvSettings(folder.resolve("advisories"), sources, config.refresh()), clock);
    }

    private Scanner trivy(Path program, Launcher launcher) {
        Map<String, String> passed = environment.entrySet().stream()
                .filter(variable -> PASSED.stream()
                        .anyMatch(name -> variable.getKey().regionMatches(true, 0, name, 0, name.length())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new TrivyScanner(
                new TrivySettings(program, folder.resolve("trivy").toAbsolutePath(), passed, TRIVY_MAX), launcher);
    }

    private Optional<Path> trivy() {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(path -> path.startsWith("/"))
                .map(path -> Path.of(path, "trivy"))
                .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
                .findFirst();
    }

    private Optional<Severity> block() {
        return switch (config.block()) {
            case NONE -> Optional.empty();
            case LOW -> Optional.of(Severity.LOW);
            case MEDIUM -> Optional.of(Severity.MEDIUM);
            case HIGH -> Optional.of(Severity.HIGH);
            case CRITICAL -> Optional.of(Severity.CRITICAL);
        };
    }

    private static RuntimeException noTrivy() {
        return new Problem.Invalid(
                        "config-invalid",
                        "scan.tool: trivy, and there is none on the PATH (expected: trivy is installed, or scan.tool is"
                                + " auto or builtin).",
                        List.of())
                .asException();
    }
}
