package im.backend.client;

import java.io.IOException;
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

    private final PrivateFile file;
    private final PrivateFile tokens;

    public CredentialFile(UserFolders folders) {
        file = new PrivateFile(folders.config().resolve("credentials.json"));
        tokens = new PrivateFile(folders.config().resolve("tokens.json"));
    }

    /** The server that was signed in to last. */
    public Optional<URI> current() throws IOException {
        return file.read().flatMap(json -> json.text(CURRENT)).map(URI::create);
    }

    public Optional<String> key(URI server) throws IOException {
        return entry(file, server).flatMap(entry -> entry.text("key"));
    }

    /** A token that is good for a while yet. */
    Optional<String> token(URI server, String key, Instant now) throws IOException {
        return entry(tokens, server)
                .filter(entry -> entry.text("keyHash", "").equals(hash(key)))
                .filter(entry -> expiry(entry).isAfter(now.plusSeconds(30)))
                .flatMap(entry -> entry.text("token"));
    }

    public void signIn(URI server, String key) throws IOException {
        JsonObject entry = new JsonObject().with("server", server.toString()).with("key", key);
        file.write(new JsonObject().with(CURRENT, server.toString()).with(SERVERS, replaced(file, server, entry)));
    }

    void keepToken(URI server, String key, String token, Instant expiresAt) throws IOException {
        JsonObject entry = new JsonObject()
                .with("server", server.toString())
                .with("keyHash", hash(key))
                .with("token", token)
                .with("expiresAt", expiresAt.toString());
        tokens.write(new JsonObject().with(SERVERS, replaced(tokens, server, entry)));
    }

    /** Forgets the key of {@code server}, if there was one. */
    public boolean signOut(URI server) throws IOException {
        tokens.delete();
        if (key(server).isEmpty()) {
            return false;
        }
        List<JsonObject> left = others(file, server);
        file.write(new JsonObject()
                .with(CURRENT, left.isEmpty() ? null : left.getLast().text("server", ""))
                .with(SERVERS, left));
        return true;
    }

    private static Optional<JsonObject> entry(PrivateFile from, URI server) throws IOException {
        return from.read().stream()
                .flatMap(json -> json.objects(SERVERS).stream())
                .filter(entry -> entry.text("server", "").equals(server.toString()))
                .findFirst();
    }

    private static List<JsonObject> replaced(PrivateFile in, URI server, JsonObject entry) throws IOException {
        List<JsonObject> entries = new ArrayList<>(others(in, server));
        entries.add(entry);
        return entries;
    }

    private static List<JsonObject> others(PrivateFile in, URI server) throws IOException {
        return in.read().stream()
                .flatMap(json -> json.objects(SERVERS).stream())
                .filter(entry -> !entry.text("server", "").equals(server.toString()))
                .toList();
    }

    private static Instant expiry(JsonObject entry) {
        try {
            return Instant.parse(entry.text("expiresAt", ""));
        } catch (DateTimeParseException unreadable) {
            return Instant.EPOCH;
        }
    }

    /** Tells whether a cached token belongs to the key in hand; both lie in files of the same rights. */
    private static String hash(String key) {
        return Integer.toHexString(key.hashCode());
    }
}
