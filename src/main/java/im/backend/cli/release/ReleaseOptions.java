package im.backend.cli.release;

import im.backend.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** For commands about one release of a project. */
final class ReleaseOptions {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECT",
            description = "The project. Default: that of -p or of this folder.")
    @Nullable
    String project;

    @Option(names = "--release", paramLabel = "VERSION", description = "As v12. Default: the live one.")
    @Nullable
    String release;

    ReleaseChoice choose(Session session) {
        return ReleaseChoice.of(session, project, release);
    }
}
