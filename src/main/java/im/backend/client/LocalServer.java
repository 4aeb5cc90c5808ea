package im.backend.client;

import im.backend.file.PrivateFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The server that this user runs on this machine. {@code serve} leaves a note of its address and data folder, and the
 * command line finds both there: no sign-in is needed by whoever can read the admin's key anyway.
 */
public final class LocalServer {
    private static final String NOTE = "local-server.json";
    private static final String KEY_FILE = "admin.key";

    private final UserFolders folders;

    public LocalServer(UserFolders folders) {
        this.folders = folders;
    }

    /** Where a server of this user was last started, and where its admin's key lies. */
    public record Note(URI url, Path data) {
        public Optional<String> adminKey() {
            return readKey(data);
        }
    }

    public Optional<Note> find() {
        try {
            Optional<String> text = note().read();
            if (text.isEmpty()) {
                return Optional.empty();
            }
            JsonObject json = JsonObject.parse(text.get());
            return json.text("url")
                    .flatMap(url -> json.text("data").map(data -> new Note(URI.create(url), Path.of(data))));
        } catch (IOException notANote) {
            // It only saves a sign-in; the next serve writes it anew.
            return Optional.empty();
        }
    }

    /** To be called by {@code serve} when it answers at {@code url}. */
    public void announce(URI url, Path data) {
        note().write(new JsonObject()
                        .with("url", url.toString())
                        .with("data", data.toAbsolutePath().toString())
                        .with("pid", ProcessHandle.current().pid())
                + "\n");
    }

    /** The key of a server on the default data folder, should its note have been lost. */
    Optional<String> keyOfDefaultFolder() {
        return readKey(folders.data());
    }

    private PrivateFile note() {
        return new PrivateFile(folders.config(), NOTE);
    }

    private static Optional<String> readKey(Path data) {
        try {
            return Optional.of(Files.readString(data.resolve(KEY_FILE)).strip()).filter(key -> !key.isEmpty());
        } catch (IOException notOurs) {
            // Absent, or another user's: then this user has to sign in like everybody else.
            return Optional.empty();
        }
    }
}
