package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code sbom}. */
@Command
public final class SbomCommand implements Action {
    @Mixin
    ReleaseOptions release = new ReleaseOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write it to this file. Default: stdout.")
    @Nullable
    Path output;

    @Override
    public int run(Session session) throws IOException {
        ReleaseChoice chosen = release.choose(session);
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
