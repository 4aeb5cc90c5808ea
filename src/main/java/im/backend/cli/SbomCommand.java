package im.backend.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class SbomCommand implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECT",
            description = "The project. Default: that of -p or of this folder.")
    @Nullable
    String project;

    @Option(names = "--release", paramLabel = "VERSION", description = "As v12. Default: the live one.")
    @Nullable
    String release;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write it to this file. Default: stdout.")
    @Nullable
    Path output;

    @Override
    public int run(Session session) throws IOException {
        ReleaseChoice chosen = ReleaseChoice.of(session, project, release);
        String document = session.client().document(chosen.path() + "/sbom");
        if (output == null) {
            session.terminal().answerRaw(document);
        } else {
            Path file = session.folder().resolve(output);
            Files.writeString(file, document);
            session.terminal().note("Written to " + file);
        }
        return ExitCode.DONE.code();
    }
}
