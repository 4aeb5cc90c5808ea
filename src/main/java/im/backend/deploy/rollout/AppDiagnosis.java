package im.backend.deploy.rollout;

import im.backend.deploy.progress.Wording;
import im.backend.domain.Command;
import im.backend.domain.Endpoint;
import im.backend.domain.Release;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Orchestrator;
import im.backend.problem.Problem.StageFailed;
import im.backend.secret.Redactor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says why an instance did not come up, in one sentence with the cause and one with what to do. */
public final class AppDiagnosis {
    public static final int EVIDENCE_LINES = 50;
    private static final String APP_EXITED = "app-exited";
    /** Lines may arrive a moment after the exit was seen. */
    private static final Duration LINES_MAX = Duration.ofMillis(200);

    private static final int EXIT_NOT_FOUND = 127;
    private static final int EXIT_NOT_EXECUTABLE = 126;

    private final Orchestrator orchestrator;
    private final InstanceLogs logs;
    private final Redaction redaction;

    public AppDiagnosis(Orchestrator orchestrator, InstanceLogs logs, Redaction redaction) {
        this.orchestrator = orchestrator;
        this.logs = logs;
        this.redaction = redaction;
    }

    StageFailed exited(Release release, Instance instance) throws InterruptedException {
        awaitLines(instance);
        List<String> lines = evidence(release, instance);
        Exit exit = orchestrator.lastExit(instance.key()).orElse(new Exit(0, false));
        return exited(release, "The " + instance.key().process() + " process", exit, lines);
    }

    /** Of the command that runs before a release takes traffic, as a migration. */
    public static StageFailed releaseCommand(Release release, Command command, Exit exit, List<String> lines) {
        String subject = "The release command `" + command.text() + "`";
        StageFailed cause = exited(release, subject, exit, lines);
        String detail = cause.slug().equals(APP_EXITED)
                ? subject + " ended with exit code " + exit.code() + "."
                : cause.detail();
        return new StageFailed("release-failed", detail, cause.fix(), lines);
    }

    private static StageFailed exited(Release release, String subject, Exit exit, List<String> lines) {
        if (exit.outOfMemory()) {
            String limit = (release.manifest().resources().memoryBytes() >> 20) + "Mi";
            return new StageFailed(
                    "out-of-memory",
                    subject + " was killed because it needed more memory than its limit of " + limit + ".",
                    "Raise resources.memory in backend.yml, or let the app use less.",
                    lines);
        }
        return LastWords.of(lines)
                .map(words -> new StageFailed(
                        words.slug(), subject + " ended because " + words.because() + ".", words.fix(), lines))
                .orElseGet(() -> ended(subject, exit, lines));
    }

    private static StageFailed ended(String subject, Exit exit, List<String> lines) {
        String fix = switch (exit.code()) {
            case EXIT_NOT_FOUND -> "The program was not found: check entrypoint in backend.yml.";
            case EXIT_NOT_EXECUTABLE -> "The program can not be executed: check entrypoint and the file's mode.";
            case 0 -> "A web process must keep running and listen on PORT; check entrypoint in backend.yml.";
            default -> "The last lines of its output say why.";
        };
        return new StageFailed(
                APP_EXITED, subject + " ended with exit code " + exit.code() + " before it was ready.", fix, lines);
    }

    StageFailed elsewhere(Release release, Instance instance, Endpoint expected, List<Endpoint> listening) {
        String found = listening.stream().map(Endpoint::toString).distinct().collect(Collectors.joining(", "));
        Optional<Endpoint> rightPort = listening.stream()
                .filter(socket -> socket.port() == expected.port())
                .findFirst();
        if (rightPort.isPresent()) {
            return new StageFailed(
                    "wrong-address",
                    "The app listens on " + found + ", expected " + expected + ".",
                    "Listen on the address in the environment variable HOST, or on 0.0.0.0.",
                    evidence(release, instance));
        }
        return new StageFailed(
                "wrong-port",
                "The app listens on " + found + ", expected " + expected + ".",
                release.manifest().port().isPresent()
                        ? "Make `port:` in backend.yml the port that the app listens on, or remove it and read PORT."
                        : "Listen on the port in the environment variable PORT.",
                evidence(release, instance));
    }

    /** It took connections and never gave a good answer. */
    StageFailed unhealthy(Release release, Instance instance, String lastAnswer, Duration waited) {
        return new StageFailed(
                "health-check-failed",
                "The app did not become healthy within " + Wording.of(waited) + ": " + lastAnswer
                        + (release.manifest().healthcheck().path().isPresent() ? " (expected: 200 to 399)." : "."),
                release.manifest().healthcheck().path().isPresent()
                        ? "Make healthcheck.path in backend.yml a path that answers 200 when the app is ready."
                        : "Let the app answer GET /healthz with 200 when it is ready, or set healthcheck.path in"
                                + " backend.yml.",
                evidence(release, instance));
    }

    /** It does not even run. */
    StageFailed held(Release release, Instance instance, Hindrance hindrance) {
        return hindrance.problem(evidence(release, instance));
    }

    /** It runs and never listened. */
    StageFailed deaf(Release release, Instance instance, Endpoint expected, Duration waited) {
        return new StageFailed(
                "timeout",
                "The app runs but did not listen on " + expected + " within " + Wording.of(waited) + ".",
                "Listen on the port in PORT; if the app needs longer to start, raise healthcheck.deadline in"
                        + " backend.yml.",
                evidence(release, instance));
    }

    /** A process without traffic that does not come up, and nobody says why. */
    StageFailed late(Release release, Instance instance, Duration waited) {
        return new StageFailed(
                "timeout",
                "The " + instance.key().process() + " process does not run after " + Wording.of(waited) + ".",
                "If it needs longer to start, raise healthcheck.deadline in backend.yml.",
                evidence(release, instance));
    }

    private List<String> evidence(Release release, Instance instance) {
        Redactor redactor = redaction.of(release);
        return logs.tail(instance.key(), EVIDENCE_LINES).stream()
                .map(LogLine::text)
                .map(redactor::apply)
                .toList();
    }

    private void awaitLines(Instance instance) throws InterruptedException {
        long deadline = System.nanoTime() + LINES_MAX.toNanos();
        while (logs.tail(instance.key(), 1).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(Duration.ofMillis(10));
        }
    }
}
