package im.backend.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Somebody in the folder of the app my-api, with the key of a server that says what a test tells it to. */
public abstract class CommandKit {
    @TempDir
    protected Path folder;

    @TempDir
    protected Path config;

    protected ContractStub stub;
    protected final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        stub = new ContractStub();
        environment.put("BACKENDIM_URL", stub.uri().toString());
        environment.put("BACKENDIM_TOKEN", "bim_key");
        environment.put("XDG_CONFIG_HOME", config.toString());
        environment.put("XDG_DATA_HOME", config.resolve("share").toString());
        Files.writeString(folder.resolve("backend.yml"), "name: my-api\n");
        Files.writeString(folder.resolve("main.py"), "print()\n");
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    protected final CommandRun run(String... args) {
        return runWith("", args);
    }

    protected final CommandRun runWith(String input, String... args) {
        return CommandRun.of(folder, environment, input, args);
    }

    /** The last request of a call, as {@code POST /v1/deployments}. */
    protected final ContractStub.Request sent(String call) {
        return stub.requests(call).getLast();
    }
}
