package im.backend.scan.trivy;

import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.limit.Limits;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.sbom.Sbom;
import im.backend.scan.ScanReport;
import im.backend.scan.Scanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code trivy sbom} on the bill of materials: it keeps a database of its own and renews it by itself. The answer comes as
 * a file, since Trivy's output holds whatever it wants to say beside it.
 */
public final class TrivyScanner implements Scanner {
    private static final String NAME = "trivy";
    private static final int LAST_LINES = 3;
    private static final long REPORT_BYTES_MAX = 64L << 20;
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private final TrivySettings settings;
    private final Launcher launcher;
    /** Two at once would wait for each other's database anyway. */
    private final ReentrantLock one = new ReentrantLock();

    public TrivyScanner(TrivySettings settings, Launcher launcher) {
        this.settings = settings;
        this.launcher = launcher;
    }

    @Override
    public ScanReport scan(Sbom sbom) {
        try {
            one.lockInterruptibly();
            try {
                return scanAlone(sbom);
            } finally {
                one.unlock();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The scan was cancelled.", "", List.of()).asException(stop);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private ScanReport scanAlone(Sbom sbom) throws IOException, InterruptedException {
        Files.createDirectories(settings.folder().resolve("database"));
        String id = "scan-" + UUID.randomUUID();
        Path input = settings.folder().resolve(id + ".cdx.json");
        Path output = settings.folder().resolve(id + ".report.json");
        try {
            Files.write(input, sbom.bytes());
            run(id, input, output);
            if (!Files.isRegularFile(output) || Files.size(output) > REPORT_BYTES_MAX) {
                throw failed("it wrote no report, or one beyond " + (REPORT_BYTES_MAX >> 20) + " MiB");
            }
            return new ScanReport(
                    NAME,
                    Optional.empty(),
                    List.of(),
                    sbom.packages().size(),
                    TrivyReport.findings(Files.readAllBytes(output)));
        } finally {
            Files.deleteIfExists(input);
            Files.deleteIfExists(output);
        }
    }

    private void run(String id, Path input, Path output) throws InterruptedException {
        Deque<String> last = new ArrayDeque<>();
        ProgramExit exit = launcher.run(launch(id, input, output), settings.timeMax(), line -> {
            if (last.size() == LAST_LINES) {
                last.removeFirst();
            }
            last.addLast(line);
        });
        if (exit.code() == ProgramExit.TIMED_OUT) {
            throw failed("it took more than " + settings.timeMax().toMinutes() + " minutes");
        }
        if (exit.code() != 0) {
            throw failed("exit code " + exit.code() + (last.isEmpty() ? "" : ": " + String.join(" ", last)));
        }
    }

    private Launch launch(String id, Path input, Path output) {
        List<Bind> binds = new ArrayList<>();
        binds.add(Bind.same(settings.folder(), Bind.Access.READ_WRITE));
        if (!settings.program().startsWith("/usr")) {
            binds.add(Bind.same(settings.program(), Bind.Access.READ_ONLY));
        }
        Map<String, String> environment = new HashMap<>(settings.environment());
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", settings.folder().toString());
        return new Launch(
                id,
                List.of(
                        settings.program().toString(),
                        "sbom",
                        "--format",
                        "json",
                        "--quiet",
                        "--cache-dir",
                        settings.folder().resolve("database").toString(),
                        "--output",
                        output.toString(),
                        input.toString()),
                environment,
                settings.folder().toString(),
                binds,
                Limits.NONE,
                OptionalInt.empty());
    }

    private static ProblemException failed(String why) {
        return new Problem.Unavailable(
                        "advisories-unavailable",
                        "trivy could not scan the release: " + why + ". Mend it, or set scan.tool to builtin.",
                        RETRY_AFTER)
                .asException();
    }
}
