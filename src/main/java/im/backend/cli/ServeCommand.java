package im.backend.cli;

import im.backend.config.ConfigReader;
import im.backend.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class ServeCommand implements Action {
    @Option(names = "--data", paramLabel = "FOLDER", description = "Folder that holds everything (setting data).")
    @Nullable
    String data;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on (setting server.host).")
    @Nullable
    String host;

    @Option(names = "--port", paramLabel = "PORT", description = "Port of API and git (setting server.port).")
    @Nullable
    String port;

    @Option(names = "--apps-host", paramLabel = "ADDRESS", description = "Address for the apps (setting apps.host).")
    @Nullable
    String appsHost;

    @Option(names = "--apps-port", paramLabel = "PORT", description = "Port for the apps (setting apps.port).")
    @Nullable
    String appsPort;

    @Option(names = "--domain", paramLabel = "NAME", description = "Apps are at NAME.domain (setting apps.domain).")
    @Nullable
    String domain;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any setting of docs/configuration.md; may be given several times.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--config-file", paramLabel = "FILE", description = "The server's configuration, as backendim.yml.")
    @Nullable
    Path configFile;

    @Option(names = "--print-config", description = "Print every setting in force and where it came from, and end.")
    boolean printConfig;

    @Override
    public int run(Session session) throws IOException {
        LoadedConfig loaded = ConfigReader.read(configFile, session.environment(), flags());
        if (printConfig) {
            loaded.lines().forEach(line -> session.terminal().answer(line.toString()));
            return ExitCode.DONE.code();
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
        return flags;
    }

    private static void put(Map<String, String> flags, String key, @Nullable String value) {
        if (value != null) {
            flags.put(key, value);
        }
    }
}
