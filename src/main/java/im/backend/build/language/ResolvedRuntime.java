package im.backend.build.language;

import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The runtime that a dependency layer was made for, as precise as the layer is tied to it: Python 3.11 and Node 20. A start
 * much later then gets the same one, whatever the host's default has become.
 */
record ResolvedRuntime(RuntimeSpec spec) {
    /** @param full as the tool says it, {@code 3.12.1} */
    static ResolvedRuntime of(Language language, String full) {
        int parts = language == Language.PYTHON ? 2 : 1;
        String version = Arrays.stream(full.split("\\.", -1))
                .limit(parts)
                .map(part -> part.replaceAll("[^0-9].*", ""))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("."));
        return new ResolvedRuntime(new RuntimeSpec(language, version));
    }

    String version() {
        return spec.version();
    }

    StartPlan settle(StartPlan start) {
        return new StartPlan(spec, start.processes(), start.release(), start.environment(), start.folder());
    }
}
