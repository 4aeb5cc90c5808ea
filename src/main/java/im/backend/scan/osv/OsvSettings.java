package im.backend.scan.osv;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * @param folder for downloads and the index; may be deleted at any time
 * @param refresh how old a download may be before its source is asked again
 */
public record OsvSettings(Path folder, List<AdvisorySource> sources, Duration refresh) {
    public OsvSettings {
        sources = List.copyOf(sources);
    }
}
