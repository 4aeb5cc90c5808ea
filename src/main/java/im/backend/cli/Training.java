package im.backend.cli;

import im.backend.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs several command lines in one process, for the AOT cache of the launcher: what no training run has loaded, every
 * start of the program has to load and link itself (a status that was not trained took twice its time).
 */
public final class Training {
    private Training() {}

    /** @param lines a command line each, its words parted by blanks; what it prints and how it ends does not matter */
    public static void main(String[] lines) throws ClassNotFoundException {
        // Not run here, but the one class that each start asks for by name: were it absent from the cache, the start
        // would open the jar for it, and reading the names of its 36,000 entries takes a third of the time of a small
        // command.
        Class.forName("im.backend.Main");
        Map<String, String> environment = System.getenv();
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        for (String line : lines) {
            Terminal terminal =
                    new Terminal(nowhere, nowhere, new ByteArrayInputStream(new byte[0]), environment, new boolean[] {
                        false, true, true
                    });
            new BackendCommand(environment, terminal, Path.of("").toAbsolutePath()).execute(List.of(line.split(" ")));
        }
    }
}
