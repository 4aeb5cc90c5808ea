package im.backend.cli.account;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.HiddenInput;
import im.backend.client.BackendClient;
import im.backend.client.Credentials;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command {@code login}. */
public final class LoginCommand implements Action {
    private @Nullable Path keyFile;
    private boolean stdin;

    @Override
    public void declare(Syntax syntax) {
        syntax.option(
                "--key-file",
                "FILE",
                "File that holds the key, as the server's admin.key.",
                given -> keyFile = Path.of(given));
        syntax.flag("--stdin", "Read the key from stdin.", given -> stdin = given);
        syntax.footer(
                "On the machine where the server runs, its own user needs no login.",
                "Elsewhere: backendim login --server https://backend.example.com --key-file admin.key",
                "In a script, BACKENDIM_URL and BACKENDIM_TOKEN (the key) do without a login.");
    }

    @Override
    public int run(Session session) throws IOException {
        Credentials credentials = session.credentials();
        BackendClient client = session.client();
        URI server = client.server();
        Optional<String> given = given(session);
        boolean local = given.isEmpty() && credentials.key(server).isPresent();
        String key = given.or(() -> credentials.key(server))
                .or(() -> session.mayAsk()
                        ? Optional.of(HiddenInput.ask(session.terminal(), "Key for " + server + ": "))
                        : Optional.empty())
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new Problem.Unauthenticated(
                                "not-authenticated",
                                "No key for " + server
                                        + " was given (expected: --key-file FILE, --stdin or a terminal).")
                        .asException());
        client.exchangeKey(key);
        credentials.file().signIn(server, key);
        JsonObject who = client.get("/api/auth/verify");
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("server", server.toString())
                            .with("userId", who.text("userId", ""))
                            .toString());
        } else {
            session.terminal()
                    .answer("Signed in to " + server + " as " + who.text("userId", "") + "."
                            + (local ? " (The key was at hand.)" : ""));
        }
        return ExitCode.DONE.code();
    }

    private Optional<String> given(Session session) throws IOException {
        if (keyFile != null) {
            return Optional.of(Files.readString(session.folder().resolve(keyFile)));
        }
        return stdin ? Optional.of(session.terminal().readAll()) : Optional.empty();
    }
}
