package im.backend.scan.trivy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * @param folder for Trivy's own database and what passes between it and this server; may be deleted at any time
 * @param environment that Trivy gets, as of proxies and certificates
 * @param timeMax of one scan; the first one downloads the database
 */
public record TrivySettings(Path program, Path folder, Map<String, String> environment, Duration timeMax) {
    public TrivySettings {
        environment = Map.copyOf(environment);
    }
}
