package im.backend.build.language;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One program of a build.
 *
 * @param what it does, as the middle of a sentence: {@code npm could not install the packages}
 * @param slug of its failure
 * @param environment wins over what every step gets
 * @param shown beside /app, /build and /cache
 */
public record Step(
        String what, String slug, List<String> arguments, Map<String, String> environment, List<Shown> shown) {
    public static final String BUILD_FAILED = "build-failed";
    public static final String TEST_FAILED = "test-failed";

    public Step {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        shown = List.copyOf(shown);
    }

    public Step(String what, String slug, List<String> arguments) {
        this(what, slug, arguments, Map.of(), List.of());
    }

    Step(String what, List<String> arguments, Map<String, String> environment) {
        this(what, BUILD_FAILED, arguments, environment, List.of());
    }

    /** A file or folder of the server that a program may read, and where it sees it. */
    public record Shown(Path file, String path) {
        /** At the same path as on the server. */
        public static Shown same(Path file) {
            return new Shown(file, file.toAbsolutePath().normalize().toString());
        }
    }
}
