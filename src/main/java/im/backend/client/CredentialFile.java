package im.backend.client;

import im.backend.file.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code login} keeps between two commands: one key per server, and the short-lived token that it was exchanged for. */
public final class CredentialFile {
    private static final String SERVERS = "servers";
    private static final String CURRENT = "current";
    private static final int TOKEN_REST_SECONDS_MIN = 30;

    private final PrivateFile keys;
    private final PrivateFile tokens;

    public CredentialFile(UserFolders folders) {
        keys = new PrivateFile(folders.config(), "credentials.json");
        tokens = new PrivateFile(folders.config(), "tokens.json");
    }

    /** The server that was signed in to last. */
    public Optional<URI> current() {
        return read(keys).text(CURRENT).map(URI::create);
    }

    public Optional<String> key(URI server) {
        return entry(keys, server).flatMap(entry -> entry.text("key"));
    }

    /** A token that is good for a while yet. */
    Optional<String> token(URI server, String key, Instant now) {
        return entry(tokens, server)
                .filter(entry -> entry.text("keyMark", "").equals(mark(key)))
                .filter(entry -> expiry(entry).isAfter(now.plusSeconds(TOKEN_REST_SECONDS_MIN)))
                .flatMap(entry -> entry.text("token"));
    }

    public void signIn(URI server, String key) {
        List<JsonObject> servers = others(keys, server);
        servers.add(new JsonObject().with("server", server.toString()).with("key", key));
        keys.write(new JsonObject().with(CURRENT, server.toString()).with(SERVERS, servers) + "\n");
    }

    void keepToken(URI server, String key, String token, Instant expiresAt) {
        List<JsonObject> servers = others(tokens, server);
        servers.add(new JsonObject()
                .with("server", server.toString())
                .with("keyMark", mark(key))
                .with("token", token)
                .with("expiresAt", expiresAt.toString()));
        try {
            tokens.write(new JsonObject().with(SERVERS, servers) + "\n");
        } catch (UncheckedIOException anotherCommandWritesItsOwn) {
            // Only the saving of one request: the next command exchanges the key again.
        }
    }

    /** Forgets the key of {@code server}; false when there was none. */
    public boolean signOut(URI server) {
        tokens.write("{}\n");
        if (key(server).isEmpty()) {
            return false;
        }
        List<JsonObject> left = others(keys, server);
        String current = left.isEmpty() ? null : left.getLast().text("server", "");
        keys.write(new JsonObject().with(CURRENT, current).with(SERVERS, left) + "\n");
        return true;
    }

    private static Optional<JsonObject> entry(PrivateFile from, URI server) {
        return read(from).objects(SERVERS).stream()
                .filter(entry -> entry.text("server", "").equals(server.toString()))
                .findFirst();
    }

    private static List<JsonObject> others(PrivateFile in, URI server) {
        List<JsonObject> others = new ArrayList<>(read(in).objects(SERVERS));
        others.removeIf(entry -> entry.text("server", "").equals(server.toString()));
        return others;
    }

    private static JsonObject read(PrivateFile file) {
        try {
            Optional<String> text = file.read();
            return text.isPresent() ? JsonObject.parse(text.get()) : new JsonObject();
        } catch (IOException notJson) {
            throw new UncheckedIOException(
                    file.path() + " is not JSON (expected: what login wrote; delete it and sign in again)", notJson);
        }
    }

    private static Instant expiry(JsonObject entry) {
        try {
            return Instant.parse(entry.text("expiresAt", ""));
        } catch (DateTimeParseException unreadable) {
            return Instant.EPOCH;
        }
    }

    /** Tells whether a kept token belongs to the key in hand. */
    private static String mark(String key) {
        return Integer.toHexString(key.hashCode());
    }
}
