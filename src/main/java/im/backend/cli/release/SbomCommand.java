package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The command {@code sbom}. */
public final class SbomCommand implements Action {
    private final ReleaseOptions release = new ReleaseOptions();
    private @Nullable Path output;

    @Override
    public void declare(Syntax syntax) {
        release.declare(syntax);
        syntax.option(
                "-o, --output", "FILE", "Write it to this file. Default: stdout.", given -> output = Path.of(given));
    }

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
