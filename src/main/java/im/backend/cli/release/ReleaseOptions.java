package im.backend.cli.release;

import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import org.jspecify.annotations.Nullable;

/** For commands about one release of a project. */
final class ReleaseOptions {
    private @Nullable String project;
    private @Nullable String release;

    void declare(Syntax syntax) {
        syntax.optionalArgument(
                "PROJECT", "The project. Default: that of -p or of this folder.", given -> project = given);
        syntax.option("--release", "VERSION", "As v12. Default: the live one.", given -> release = given);
    }

    ReleaseChoice choose(Session session) {
        return ReleaseChoice.of(session, project, release);
    }
}
