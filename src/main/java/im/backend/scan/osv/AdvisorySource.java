package im.backend.scan.osv;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Where advisories are taken from. */
public sealed interface AdvisorySource {
    /** A folder with advisories as {@code .json} files, or archives of them, or both; or one such file. */
    record Files(Path path) implements AdvisorySource {}

    /** An archive or a single advisory on the web, as {@code https://.../PyPI/all.zip}. */
    record Web(URI address) implements AdvisorySource {}

    /** @throws IllegalArgumentException for an address that is not https, and not one of this machine either */
    static AdvisorySource parse(String text) {
        if (!text.contains("://")) {
            return new Files(Path.of(text).toAbsolutePath().normalize());
        }
        URI address = URI.create(text);
        boolean here = List.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(address.getHost()));
        if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && here)) {
            throw new IllegalArgumentException("advisory source: " + text + " (expected: https, a folder or a file)");
        }
        return new Web(address);
    }
}
