package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import im.backend.client.LocalServer;
import im.backend.client.UserFolders;
import im.backend.config.ConfigReader;
import im.backend.config.LoadedConfig;
import im.backend.server.Server;
import im.backend.server.ServerLog;
import im.backend.server.Started;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The command {@code serve}. */
public final class ServeCommand implements Action {
    private @Nullable String data;
    private @Nullable String host;
    private @Nullable String port;
    private @Nullable String appsHost;
    private @Nullable String appsPort;
    private @Nullable String domain;
    private @Nullable String orchestrator;
    private Map<String, String> set = Map.of();
    private @Nullable Path configFile;
    private boolean printConfig;

    @Override
    public void declare(Syntax syntax) {
        syntax.option("--data", "FOLDER", "Folder that holds everything (setting data).", given -> data = given);
        syntax.option("--host", "ADDRESS", "Address to listen on (setting server.host).", given -> host = given);
        syntax.option("--port", "PORT", "Port of API and git (setting server.port).", given -> port = given);
        syntax.option("--apps-host", "ADDRESS", "Address for the apps (setting apps.host).", given -> appsHost = given);
        syntax.option("--apps-port", "PORT", "Port for the apps (setting apps.port).", given -> appsPort = given);
        syntax.option("--domain", "NAME", "Apps are at NAME.domain (setting apps.domain).", given -> domain = given);
        syntax.option(
                "--orchestrator",
                "KIND",
                "Where apps run: auto, local or kubernetes (setting orchestrator).",
                given -> orchestrator = given);
        syntax.options(
                "--set",
                "KEY=VALUE",
                "Any setting of docs/configuration.md; may be given several times.",
                given -> set = Arguments.pairs(given));
        syntax.option(
                "--config-file",
                "FILE",
                "The server's configuration, as backendim.yml.",
                given -> configFile = Path.of(given));
        syntax.flag(
                "--print-config",
                "Print every setting in force and where it came from, and end.",
                given -> printConfig = given);
    }

    @Override
    public int run(Session session) throws IOException {
        LoadedConfig loaded = ConfigReader.read(configFile, session.environment(), flags());
        if (printConfig) {
            loaded.lines().forEach(line -> session.terminal().answer(line.toString()));
            return ExitCode.DONE.code();
        }
        ServerLog.start(loaded.config().logLevel());
        Server server = new Server(loaded.config(), session.clock(), ServeCommand::endAtOnce);
        AtomicBoolean refused = new AtomicBoolean();
        stopAtSignal(server, loaded.config().server().shutdownMax(), refused);
        Started started;
        try {
            started = server.start();
        } catch (RuntimeException e) {
            refused.set(true);
            throw e;
        }
        new LocalServer(UserFolders.of(session.environment())).announce(started.api(), started.data());
        tell(session, started);
        return waitForEnd();
    }

    private static void tell(Session session, Started started) {
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("url", started.api().toString())
                            .with("apps", started.apps())
                            .with("data", started.data().toString())
                            .toString());
            return;
        }
        session.terminal().answer("Backend.im serves at " + started.api());
        session.terminal().answer("  apps     " + started.apps());
        session.terminal().answer("  data     " + started.data());
        session.terminal().answer("  key      " + started.adminKeyFile() + " (this user's command line finds it)");
        session.terminal().answer("  sandbox  " + started.sandbox());
        session.terminal().answer("Next: backendim init, then backendim deploy. Ctrl-C stops the server; apps run on.");
    }

    /**
     * TERM and INT close the server in good order, and then the end is a success; a close that hangs is cut off.
     *
     * @param refused whether the server did not start, and the process ends with an exit code that says so
     */
    private static void stopAtSignal(Server server, Duration max, AtomicBoolean refused) {
        Runtime runtime = Runtime.getRuntime();
        runtime.addShutdownHook(new Thread(
                () -> {
                    if (refused.get()) {
                        return;
                    }
                    Thread.ofPlatform().daemon().name("stop-deadline").start(() -> {
                        sleep(max);
                        runtime.halt(ExitCode.FAILED.code());
                    });
                    server.close();
                    runtime.halt(ExitCode.DONE.code());
                },
                "stop"));
    }

    /** Another server takes over in seconds: an end in order would take longer. Whoever started this one starts it again. */
    private static void endAtOnce() {
        Runtime.getRuntime().halt(ExitCode.FAILED.code());
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException closedInTime) {
            Thread.currentThread().interrupt();
        }
    }

    private static int waitForEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.DONE.code();
    }

    private Map<String, String> flags() {
        Map<String, String> flags = new LinkedHashMap<>(set);
        put(flags, "data", data);
        put(flags, "server.host", host);
        put(flags, "server.port", port);
        put(flags, "apps.host", appsHost);
        put(flags, "apps.port", appsPort);
        put(flags, "apps.domain", domain);
        put(flags, "orchestrator", orchestrator);
        return flags;
    }

    private static void put(Map<String, String> flags, String key, @Nullable String value) {
        if (value != null) {
            flags.put(key, value);
        }
    }
}
