package im.backend.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.Command;

@Command(footer = {"", "A server publishes the same at /schemas/backend.schema.json."})
final class ConfigSchemaCommand implements Action {
    private static final String RESOURCE = "/schemas/backend.schema.json";

    @Override
    public int run(Session session) throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(RESOURCE), RESOURCE)) {
            session.terminal().answerRaw(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return ExitCode.DONE.code();
    }
}
