package im.backend.build.host;

import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.domain.StartPlan;
import im.backend.host.Toolchain;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The runtime that a dependency layer was made for, as precise as the layer is tied to it: Python 3.11 and Node 20. A start
 * much later then gets the same one, whatever the host's default has become.
 */
record ResolvedRuntime(RuntimeSpec spec) {
    static ResolvedRuntime of(Language language, Toolchain toolchain) {
        int parts = language == Language.PYTHON ? 2 : 1;
        String version = Arrays.stream(toolchain.version().split("\\.", -1))
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
