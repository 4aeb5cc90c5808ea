package im.backend.cli.folder;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import im.backend.manifest.ManifestWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code config show}. */
@Command
public final class ConfigShowCommand implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Default: backend.yml, Procfile and app.json of this folder.")
    @Nullable
    Path file;

    @Override
    public int run(Session session) throws IOException {
        String yaml = ManifestWriter.write(ConfigValidateCommand.read(session, file));
        if (session.json()) {
            session.terminal().answer(new JsonObject().with("config", yaml).toString());
        } else {
            session.terminal().answerRaw(yaml);
        }
        return ExitCode.DONE.code();
    }
}
