package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Facts;
import im.backend.cli.terminal.Terminal;
import im.backend.client.JsonObject;
import im.backend.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command {@code doctor}. */
public final class DoctorCommand implements Action {
    private record Check(String name, boolean good, String detail, String fix) {}

    @Override
    public int run(Session session) {
        List<Check> checks = new ArrayList<>(List.of(java()));
        Optional<JsonObject> server = askServer(session, checks);
        Optional<JsonObject> usage = server.flatMap(_ -> askRegistry(session));
        boolean good = checks.stream().allMatch(Check::good);
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("good", good)
                            .with(
                                    "checks",
                                    checks.stream().map(DoctorCommand::json).toList())
                            .with("server", server.orElse(null))
                            .with("registry", usage.orElse(null))
                            .toString());
            return good ? ExitCode.DONE.code() : ExitCode.FAILED.code();
        }
        checks.forEach(check -> print(session.terminal(), check));
        server.ifPresent(facts -> printFacts(session.terminal(), facts, usage));
        return good ? ExitCode.DONE.code() : ExitCode.FAILED.code();
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        return new Check(
                "java",
                feature >= 25,
                System.getProperty("java.version", "") + " in " + System.getProperty("java.home", ""),
                "Use a JDK 25 or later.");
    }

    private static Optional<JsonObject> askServer(Session session, List<Check> checks) {
        String url = session.client().server().toString();
        try {
            JsonObject facts = session.client().get("/v1/server");
            checks.add(new Check("server", true, url + ", version " + facts.text("version", "?"), ""));
            facts.objects("checks")
                    .forEach(check -> checks.add(new Check(
                            check.text("name", ""),
                            check.flag("good"),
                            check.text("detail", ""),
                            check.text("fix", ""))));
            return Optional.of(facts);
        } catch (ProblemException failed) {
            checks.add(new Check(
                    "server", false, failed.problem().detail(), "Start one with: backendim serve, or sign in."));
            localPrograms(session, checks);
            return Optional.empty();
        }
    }

    /** Empty where the caller may not ask, or the server knows no such thing. */
    private static Optional<JsonObject> askRegistry(Session session) {
        try {
            return Optional.of(session.client().get("/v1/registry/usage"));
        } catch (ProblemException notAllowed) {
            return Optional.empty();
        }
    }

    /** What a server on this machine would find; a running one tells itself. */
    private static void localPrograms(Session session, List<Check> checks) {
        program(session, checks, "python3", "Python apps need it: apt install python3 python3-pip");
        program(session, checks, "node", "Node apps need it: apt install nodejs npm");
        program(session, checks, "bwrap", "Apps run without a sandbox until it is there: apt install bubblewrap");
    }

    private static void program(Session session, List<Check> checks, String name, String fix) {
        Optional<Path> found = List.of(
                        session.environment().getOrDefault("PATH", "").split(":"))
                .stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        checks.add(new Check(name, found.isPresent(), found.map(Path::toString).orElse("not found"), fix));
    }

    private static JsonObject json(Check check) {
        return new JsonObject()
                .with("name", check.name())
                .with("good", check.good())
                .with("detail", check.detail())
                .with("fix", check.good() ? null : check.fix());
    }

    private static void print(Terminal terminal, Check check) {
        terminal.answer((check.good() ? terminal.good("ok ") : terminal.bad("-- ")) + " " + check.name() + ": "
                + check.detail());
        if (!check.good() && !check.fix().isEmpty()) {
            terminal.answer("    fix: " + check.fix());
        }
    }

    private static void printFacts(Terminal terminal, JsonObject facts, Optional<JsonObject> registry) {
        terminal.answer("");
        Facts shown = new Facts();
        shown.add("apps", facts.text("appsUrl"));
        shown.add("orchestrator", facts.text("orchestrator"));
        shown.add("system", facts.text("system"));
        shown.add("up since", facts.text("startedAt"));
        registry.ifPresent(usage -> {
            shown.add("images", (usage.number("bytes", 0) >> 20) + " MiB in " + usage.number("blobs", 0) + " blobs");
            usage.object("bytesByOwner")
                    .ifPresent(owners -> owners.entries()
                            .forEach((owner, bytes) ->
                                    shown.add("images of " + owner, (Long.parseLong(bytes) >> 20) + " MiB")));
        });
        facts.object("limits")
                .ifPresent(limits -> limits.entries().forEach((name, value) -> shown.add("limit " + name, value)));
        shown.print(terminal);
    }
}
