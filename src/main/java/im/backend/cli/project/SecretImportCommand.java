package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The command {@code secret import}. */
public final class SecretImportCommand implements Action {
    private Path file = Path.of(".env");

    private final ChangeOptions change = new ChangeOptions();

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument("FILE", "Lines of NAME=value. Default: " + file + ".", given -> file = Path.of(given));
        change.declare(syntax);
    }

    @Override
    public int run(Session session) throws IOException {
        Map<String, String> set = new LinkedHashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(session.folder().resolve(file))) {
            number++;
            String entry = line.strip();
            if (entry.startsWith("export ")) {
                entry = entry.substring("export ".length()).strip();
            }
            if (entry.isEmpty() || entry.startsWith("#")) {
                continue;
            }
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                // The line itself may be half a secret, so only its place is told.
                throw Arguments.refused(file.toString(), "line " + number, "NAME=value");
            }
            set.put(
                    entry.substring(0, equals).strip(),
                    unquoted(entry.substring(equals + 1).strip()));
        }
        int exit = change.apply(
                session,
                "/secrets",
                new JsonObject().with("set", set),
                "Set " + set.size() + " secrets: " + String.join(", ", set.keySet()) + ".");
        UnboundSecrets.tell(session, set.keySet());
        return exit;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.startsWith("\"") || value.startsWith("'"))
                && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
