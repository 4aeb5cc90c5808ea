package im.backend.client;

import im.backend.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the server to talk to and what to show it. A server is, in this order: {@code --server}, BACKENDIM_URL, the one
 * signed in to last, the one of this user on this machine. A key is: BACKENDIM_TOKEN, the one of {@code login}, the
 * admin's key of the own server.
 */
public final class Credentials {
    public static final URI DEFAULT_SERVER = URI.create("http://127.0.0.1:8080");
    public static final String URL_VARIABLE = "BACKENDIM_URL";
    public static final String TOKEN_VARIABLE = "BACKENDIM_TOKEN";
    private static final String KEY_PREFIX = "bim_";

    private final Map<String, String> environment;
    private final CredentialFile file;
    private final LocalServer local;
    private final Clock clock;

    public Credentials(Map<String, String> environment, Clock clock) {
        UserFolders folders = UserFolders.of(environment);
        this.environment = environment;
        this.file = new CredentialFile(folders);
        this.local = new LocalServer(folders);
        this.clock = clock;
    }

    public CredentialFile file() {
        return file;
    }

    /** @param asked of {@code --server}; empty when it was not given */
    public URI server(Optional<String> asked) {
        Optional<String> named = asked.or(() -> Optional.ofNullable(environment.get(URL_VARIABLE)))
                .filter(text -> !text.isBlank());
        if (named.isPresent()) {
            return parse(named.get());
        }
        return file.current().or(() -> local.find().map(LocalServer.Note::url)).orElse(DEFAULT_SERVER);
    }

    /** Accepts {@code host:port} as well. */
    public static URI parse(String text) {
        String withScheme = text.contains("://") ? text : "http://" + text;
        try {
            URI uri = new URI(withScheme.endsWith("/") ? withScheme.substring(0, withScheme.length() - 1) : withScheme);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException told) {
            // below, with every other text that is no server's address
        }
        throw new Problem.Malformed(
                        "bad-parameter", "server: " + text + " (expected: an address, as in http://127.0.0.1:8080)")
                .asException();
    }

    /** The long-lived key for {@code server}. */
    public Optional<String> key(URI server) {
        Optional<String> given =
                Optional.ofNullable(environment.get(TOKEN_VARIABLE)).filter(text -> !text.isBlank());
        if (given.isPresent()) {
            return given;
        }
        Optional<String> kept = file.key(server);
        if (kept.isPresent()) {
            return kept;
        }
        Optional<LocalServer.Note> note = local.find();
        if (note.isPresent() && note.get().url().equals(server)) {
            return note.get().adminKey();
        }
        return server.equals(DEFAULT_SERVER) ? local.keyOfDefaultFolder() : Optional.empty();
    }

    /** A token that can be sent at once; empty when the key has to be exchanged first. */
    Optional<String> token(URI server, String key) {
        return key.startsWith(KEY_PREFIX) ? file.token(server, key, Instant.now(clock)) : Optional.of(key);
    }

    void keepToken(URI server, String key, String token, long seconds) {
        file.keepToken(server, key, token, Instant.now(clock).plusSeconds(seconds));
    }
}
