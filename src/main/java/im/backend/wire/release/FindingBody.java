package im.backend.wire.release;

import java.util.List;
import java.util.Optional;

/**
 * A known fault of one package of a release.
 *
 * @param packageUrl as {@code pkg:pypi/jinja2@3.1.2}
 * @param severity {@code critical}, {@code high}, {@code medium}, {@code low} or {@code unknown}
 * @param fixedIn versions that have it no more; empty when there is none yet
 * @param ignored the operator's reason to live with it; it counts nowhere then
 */
public record FindingBody(
        String severity,
        String id,
        List<String> aliases,
        String packageUrl,
        String name,
        String version,
        List<String> fixedIn,
        String title,
        Optional<String> ignored) {
    public FindingBody {
        aliases = List.copyOf(aliases);
        fixedIn = List.copyOf(fixedIn);
    }
}
