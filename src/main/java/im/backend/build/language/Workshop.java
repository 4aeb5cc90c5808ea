package im.backend.build.language;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the programs of one build run: this host, or a pod of the runtime's base image. Programs see the app at /app, a
 * folder for home, temporary files and results at /build, and caches at /cache. Used by one thread.
 */
public interface Workshop extends AutoCloseable {
    /** Of the runtime's tools here, as they say it: {@code 3.12.1}; empty when the plan needs none. */
    String version();

    /** What results depend on beside what goes in: the system and its C library, or the base image. */
    String platform();

    /** PATH of the programs here. */
    String path();

    /** What programs here need to know and what the operator passes on to them. */
    Map<String, String> environment();

    /** A program here that is no language's runtime; empty when there is none. */
    Optional<Tool> find(ToolName name);

    /** The server's copy of the folders; made at first use, since most builds find everything in the cache. */
    Workbench bench() throws IOException;

    /** From now on programs see what is on the bench, and nothing that earlier ones made. */
    void deliver() throws IOException, InterruptedException;

    /**
     * Brings what programs made to the bench.
     *
     * @param path a folder as the programs see it; made when it is not there
     * @param without names in it that stay behind
     * @return the folder on the server
     */
    Path collect(String path, List<String> without) throws IOException, InterruptedException;

    /**
     * Runs a program in /app to its end. Interrupting the thread kills it with all descendants.
     *
     * @param environment exactly what it gets beside {@link #environment}
     * @param max after which it is killed with all descendants
     * @param output hears each line, in the calling thread
     */
    Outcome run(Step step, Map<String, String> environment, Duration max, Consumer<String> output)
            throws IOException, InterruptedException;

    /** Ends what runs and removes the folders. */
    @Override
    void close() throws IOException;

    /** How a program ended. */
    sealed interface Outcome {
        /** @param code 0 for success, 128 + n after signal n */
        record Ended(int code) implements Outcome {}

        record TimedOut() implements Outcome {}

        /** The kernel killed it, or a child of it, at the memory limit. */
        record OutOfMemory() implements Outcome {}
    }

    /** Tools that builds use and that come with no runtime. */
    enum ToolName {
        UV("uv"),
        MAVEN("mvn"),
        GRADLE("gradle");

        private final String program;

        ToolName(String program) {
            this.program = program;
        }

        public String program() {
            return program;
        }
    }

    /**
     * @param program as an argument list begins with it
     * @param needs what has to be shown to the program that runs it
     */
    record Tool(String program, List<Step.Shown> needs) {
        public Tool {
            needs = List.copyOf(needs);
        }
    }
}
