package im.backend.cli.folder;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import im.backend.domain.AppManifest;
import im.backend.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The command {@code config validate}. */
public final class ConfigValidateCommand implements Action {
    private @Nullable Path file;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument(
                "FILE", "Default: backend.yml, Procfile and app.json of this folder.", given -> file = Path.of(given));
    }

    @Override
    public int run(Session session) throws IOException {
        read(session, file);
        if (session.json()) {
            session.terminal().answer(new JsonObject().with("valid", true).toString());
        } else {
            session.terminal().answer((file == null ? ManifestReader.FILE : file.toString()) + " is valid.");
        }
        return ExitCode.DONE.code();
    }

    static AppManifest read(Session session, @Nullable Path file) throws IOException {
        if (file == null) {
            return ManifestReader.read(session.folder());
        }
        Path config = session.folder().resolve(file);
        return Files.isDirectory(config)
                ? ManifestReader.read(config)
                : ManifestReader.parse(Files.readAllBytes(config));
    }
}
