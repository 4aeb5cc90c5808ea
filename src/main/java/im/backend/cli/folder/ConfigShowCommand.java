package im.backend.cli.folder;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import im.backend.manifest.ManifestWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The command {@code config show}. */
public final class ConfigShowCommand implements Action {
    private @Nullable Path file;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument(
                "FILE", "Default: backend.yml, Procfile and app.json of this folder.", given -> file = Path.of(given));
    }

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
