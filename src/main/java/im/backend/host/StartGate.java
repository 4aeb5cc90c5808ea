package im.backend.host;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that waits to be let in: closed before it was opened, or left alone by a server that died, it never runs. */
final class StartGate implements AutoCloseable {
    /**
     * The one shell text of this product: a constant, with all data as arguments. It waits for a line and ends at the end of
     * input, and gives the program an empty stdin.
     */
    private static final List<String> GATE = List.of("/bin/sh", "-c", "read -r go && exec \"$@\" </dev/null", "gate");

    /** The gate with a further way to the output, because the sandbox closes the one it reports on for the program. */
    private static final List<String> REPORTING_GATE =
            List.of("/bin/sh", "-c", "read -r go && exec \"$@\" </dev/null 3>&1", "gate");

    private final java.lang.Process child;
    private final BufferedWriter word;
    private boolean opened;

    private StartGate(java.lang.Process child) {
        this.child = child;
        this.word = child.outputWriter(StandardCharsets.US_ASCII);
    }

    /**
     * @param reports whether the program's sandbox writes to descriptor 3 what becomes of it
     * @param folder to start in
     */
    record Program(List<String> command, boolean reports, Map<String, String> environment, Optional<Path> folder) {}

    static StartGate before(Program program, Redirect output) throws IOException {
        List<String> command = new ArrayList<>(program.reports() ? REPORTING_GATE : GATE);
        command.addAll(program.command());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        program.folder().ifPresent(folder -> builder.directory(folder.toFile()));
        builder.environment().clear();
        builder.environment().putAll(program.environment());
        return new StartGate(builder.start());
    }

    /** Of what waits, which the program will have too. */
    ProgramIdentity identity() throws IOException {
        return ProgramIdentity.of(child.pid()).orElseThrow(() -> new IOException("the start gate ended by itself"));
    }

    java.lang.Process open() throws IOException {
        word.write("go\n");
        word.flush();
        opened = true;
        return child;
    }

    @Override
    public void close() throws IOException {
        try {
            word.close();
        } finally {
            if (!opened) {
                child.destroyForcibly();
            }
        }
    }
}
