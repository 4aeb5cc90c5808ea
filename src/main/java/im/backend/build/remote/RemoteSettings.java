package im.backend.build.remote;

import im.backend.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A registry that is not ours.
 *
 * @param url of its root, without {@code /v2/}
 * @param stallMax after which a connection that says nothing is given up
 */
public record RemoteSettings(URI url, Optional<Login> login, Duration stallMax) {
    /** A password is never shown: not by toString either. */
    public record Login(String user, String password) {
        /** The password is the file's content without blanks at its ends. */
        public static Login fromFile(String user, Path file) {
            try {
                return new Login(user, Files.readString(file).strip());
            } catch (IOException unreadable) {
                throw new Problem.Conflict(
                                "password-file-unreadable",
                                "registry.password-file: " + file + " can not be read (expected: a file with the"
                                        + " password of registry.username).")
                        .asException(unreadable);
            }
        }

        @Override
        public String toString() {
            return user + ":***";
        }
    }
}
