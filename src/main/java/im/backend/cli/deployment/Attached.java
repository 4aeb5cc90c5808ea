package im.backend.cli.deployment;

import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Failures;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Terminal;
import im.backend.cli.terminal.Times;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import im.backend.client.ProgressFeed;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Stays with a deployment until it ends, and says how it went. */
public final class Attached {
    private static final Duration FOREVER = Duration.ofDays(365);
    private static final int EVIDENCE_MAX = 50;

    private final Session session;
    private final Terminal terminal;
    private final String deployment;
    private final String project;
    private final String commit;
    private final boolean watch;
    private final long startedNanos;

    /**
     * @param accepted what the server answered to whatever began the deployment
     * @param watch also show what the build and the app write
     * @param startedNanos when the user's command began, so that its whole time is told
     */
    Attached(Session session, JsonObject accepted, boolean watch, long startedNanos) {
        this.session = session;
        this.terminal = session.terminal();
        this.deployment = accepted.text("deploymentId", accepted.text("id", ""));
        this.project = accepted.text("projectId", "");
        this.commit = accepted.text("commitHash", "");
        this.watch = watch;
        this.startedNanos = startedNanos;
    }

    /** Says that it is queued, and leaves. */
    int detach() {
        if (session.json()) {
            terminal.answer(new JsonObject()
                    .with("deploymentId", deployment)
                    .with("projectId", project)
                    .with("commitHash", commit)
                    .with("status", "queued")
                    .toString());
        } else if (terminal.isQuiet()) {
            terminal.answer(deployment);
        } else {
            terminal.answer("Queued deployment " + deployment + " of " + project + " (" + commit + ").");
            terminal.note("Follow it: backendim deployment watch " + deployment);
        }
        return ExitCode.DONE.code();
    }

    int follow(ProgressPrinter printer) {
        AtomicBoolean attached = new AtomicBoolean(true);
        Thread hook = new Thread(() -> leave(attached, printer));
        Runtime.getRuntime().addShutdownHook(hook);
        try (printer;
                ProgressFeed feed = session.client().watch(deployment, 0, watch)) {
            return follow(feed, printer);
        } finally {
            attached.set(false);
        }
    }

    private void leave(AtomicBoolean attached, ProgressPrinter printer) {
        if (attached.get()) {
            printer.close();
            terminal.error("");
            terminal.error("Interrupted. The deployment goes on.");
            terminal.error("  follow it: backendim deployment watch " + deployment);
            terminal.error("  end it:    backendim deployment cancel " + deployment);
        }
    }

    private int follow(ProgressFeed feed, ProgressPrinter printer) {
        long timeoutNanos = session.timeout().orElse(FOREVER).toNanos();
        String status = "";
        while (true) {
            Duration left = Duration.ofNanos(timeoutNanos - (System.nanoTime() - startedNanos));
            Optional<JsonObject> message = feed.next(left);
            if (message.isEmpty()) {
                printer.close();
                return stillRunning();
            }
            JsonObject event = message.get();
            if (session.json()) {
                terminal.answer(event.toString());
            }
            String next = event.text("status", "");
            Instant at = event.text("ts").flatMap(Times::parse).orElse(null);
            if (next.equals("complete")) {
                printer.done(at);
                printer.close();
                return complete(event);
            }
            if (next.equals("failed")) {
                printer.failed();
                printer.close();
                return failed(event);
            }
            show(printer, event, next, status.equals(next), at);
            status = next;
        }
    }

    private void show(
            ProgressPrinter printer, JsonObject event, String status, boolean sameAsBefore, @Nullable Instant at) {
        if (session.json()) {
            return;
        }
        if (!sameAsBefore) {
            printer.stage(words(status), at);
            List<String> logs = event.texts("logs");
            // The first line says what the stage does, which its name says too; what follows is worth a person's time.
            if (logs.size() > 1) {
                printer.output(logs.subList(1, logs.size()));
            }
        } else if (watch) {
            printer.output(event.texts("logs"));
        }
    }

    /** {@code creating_namespace} as people say it. */
    public static String words(String status) {
        return status.equals("creating_pvc") ? "creating storage" : status.replace('_', ' ');
    }

    private String seconds() {
        return Times.span(Duration.ofNanos(System.nanoTime() - startedNanos));
    }

    private int complete(JsonObject event) {
        String url = event.text("url", "");
        String version = event.text("version", "");
        if (session.json()) {
            terminal.answer(result("complete")
                    .with("version", event.text("version").orElse(null))
                    .with("url", event.text("url").orElse(null))
                    .toString());
        } else if (terminal.isQuiet()) {
            terminal.answer(url);
        } else {
            terminal.answer("Deployed " + (version.isEmpty() ? "" : version + " ") + "(" + commit + ") to "
                    + terminal.bold(url) + " in " + seconds());
            // The first two say that it is done and where; what follows is worth a person's time.
            event.texts("logs").stream().skip(2).forEach(terminal::note);
            terminal.note(terminal.dimNote("Next: backendim logs -f, backendim rollback"));
        }
        return ExitCode.DONE.code();
    }

    private JsonObject result(String status) {
        return new JsonObject()
                .with("deploymentId", deployment)
                .with("projectId", project)
                .with("commitHash", commit)
                .with("status", status)
                .with("millis", (System.nanoTime() - startedNanos) / 1_000_000);
    }

    private int stillRunning() {
        if (session.json()) {
            terminal.answer(
                    error("still-running", "The deployment goes on.", "backendim deployment watch " + deployment)
                            .toString());
        } else {
            terminal.error(terminal.bad("error:") + " not done in time; deployment " + deployment + " goes on");
            terminal.error("hint: follow it: backendim deployment watch " + deployment);
        }
        return ExitCode.STILL_RUNNING.code();
    }

    private int failed(JsonObject event) {
        JsonObject failure = event.object("error").orElseGet(JsonObject::new);
        String code = failure.text("code", "failed");
        String detail = failure.text("detail", String.join(" ", event.texts("logs")));
        String fix = failure.text("fix", "");
        String stage = failure.text("stage", "");
        ExitCode exit = ExitCode.ofFailure(code, stage);
        if (session.json()) {
            JsonObject error = error(code, detail, fix);
            error.object("error").orElseThrow().with("stage", stage).with("evidence", failure.texts("evidence"));
            terminal.answer(error.toString());
            return exit.code();
        }
        terminal.error(terminal.bad("error:") + " " + detail);
        List<String> evidence = failure.texts("evidence");
        evidence.subList(Math.max(0, evidence.size() - EVIDENCE_MAX), evidence.size())
                .forEach(line -> terminal.error("  │ " + line));
        if (!fix.isEmpty()) {
            terminal.error("fix: " + fix);
        }
        whatServes();
        return exit.code();
    }

    private JsonObject error(String code, String message, String hint) {
        return new JsonObject()
                .with(
                        "error",
                        new JsonObject()
                                .with("code", Failures.code(code))
                                .with("message", message)
                                .with("hint", hint)
                                .with("deploymentId", deployment));
    }

    private void whatServes() {
        try {
            JsonObject live = session.client().get("/v1/projects/" + BackendClient.encode(project));
            live.text("release")
                    .ifPresent(version -> terminal.note(version + " still serves"
                            + live.text("url").map(url -> " at " + url).orElse("") + "."));
        } catch (ProblemException notToldThen) {
            // The failure itself has been told; this was only a comfort.
        }
    }
}
