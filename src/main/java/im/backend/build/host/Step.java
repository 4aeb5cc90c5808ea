package im.backend.build.host;

import im.backend.host.Bind;
import im.backend.host.Launch;
import java.util.List;
import java.util.Map;

/**
 * One program of a build.
 *
 * @param what it does, as the middle of a sentence: {@code npm could not install the packages}
 * @param slug of its failure
 * @param environment wins over what every step gets
 * @param binds beside /app, /build and /cache
 * @param rights of a builder of images, or none
 */
record Step(
        String what,
        String slug,
        List<String> arguments,
        Map<String, String> environment,
        List<Bind> binds,
        Launch.Rights rights) {
    static final String BUILD_FAILED = "build-failed";
    static final String TEST_FAILED = "test-failed";

    Step {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        binds = List.copyOf(binds);
    }

    Step(String what, String slug, List<String> arguments, Map<String, String> environment, List<Bind> binds) {
        this(what, slug, arguments, environment, binds, Launch.Rights.NONE);
    }

    Step(String what, List<String> arguments, Map<String, String> environment) {
        this(what, BUILD_FAILED, arguments, environment, List.of());
    }
}
