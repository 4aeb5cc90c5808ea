package im.backend.cli.folder;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The command {@code config schema}. */
public final class ConfigSchemaCommand implements Action {
    private static final String RESOURCE = "/schemas/backend.schema.json";

    @Override
    public void declare(Syntax syntax) {
        syntax.footer("A server publishes the same at /schemas/backend.schema.json.");
    }

    @Override
    public int run(Session session) throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(RESOURCE), RESOURCE)) {
            session.terminal().answerRaw(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return ExitCode.DONE.code();
    }
}
